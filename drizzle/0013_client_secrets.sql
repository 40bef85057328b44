CREATE TABLE "sso_client_secrets" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"sso_client_id" uuid NOT NULL,
	"secret" text,
	"added_by" text,
	"added_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_on" date,
	"working_since" timestamp with time zone,
	"last_worked_at" timestamp with time zone,
	"last_refused_at" timestamp with time zone,
	"retired_at" timestamp with time zone,
	CONSTRAINT "sso_client_secrets_retired" CHECK (("sso_client_secrets"."secret" IS NULL) = ("sso_client_secrets"."retired_at" IS NOT NULL))
);
--> statement-breakpoint
ALTER TABLE "sso_client_secrets" ADD CONSTRAINT "sso_client_secrets_sso_client_id_sso_clients_id_fk" FOREIGN KEY ("sso_client_id") REFERENCES "public"."sso_clients"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "sso_client_secrets_client" ON "sso_client_secrets" USING btree ("sso_client_id");--> statement-breakpoint
-- Servers and commands of versions before this table read and write sso_clients.client_secret, until all are replaced.
-- What they write is carried over; a later migration drops the column, this trigger and its function.
CREATE FUNCTION "sso_client_secret_written"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM sso_client_secrets WHERE sso_client_id = NEW.id AND secret = NEW.client_secret) THEN
		RETURN NULL;
	END IF;
	-- Encrypted again (`keys reseal`): the same secret. A new secret raises the version.
	IF TG_OP = 'UPDATE' AND NEW.version = OLD.version THEN
		UPDATE sso_client_secrets SET secret = NEW.client_secret
		WHERE sso_client_id = NEW.id AND secret = OLD.client_secret;
		RETURN NULL;
	END IF;
	UPDATE sso_client_secrets SET secret = NULL, retired_at = now()
	WHERE sso_client_id = NEW.id AND retired_at IS NULL;
	INSERT INTO sso_client_secrets (sso_client_id, secret) VALUES (NEW.id, NEW.client_secret);
	RETURN NULL;
END
$$;--> statement-breakpoint
-- Takes SHARE ROW EXCLUSIVE: writers of the small table wait until this migration commits, readers do not.
CREATE TRIGGER "sso_client_secret_written" AFTER INSERT OR UPDATE OF "client_secret" ON "sso_clients"
FOR EACH ROW EXECUTE FUNCTION "sso_client_secret_written"();--> statement-breakpoint
INSERT INTO "sso_client_secrets" ("sso_client_id", "secret", "added_at")
SELECT "id", "client_secret", "created_at" FROM "sso_clients";

CREATE TABLE "logout_tokens" (
	"sso_client_id" uuid NOT NULL,
	"jti_hash" "bytea" NOT NULL,
	"used_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "logout_tokens_sso_client_id_jti_hash_pk" PRIMARY KEY("sso_client_id","jti_hash")
);
--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "device" text;--> statement-breakpoint
ALTER TABLE "sessions" ADD COLUMN "sid_hash" "bytea";--> statement-breakpoint
ALTER TABLE "logout_tokens" ADD CONSTRAINT "logout_tokens_sso_client_id_sso_clients_id_fk" FOREIGN KEY ("sso_client_id") REFERENCES "public"."sso_clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "logout_tokens_used_at" ON "logout_tokens" USING btree ("used_at");--> statement-breakpoint
CREATE INDEX "sessions_sid" ON "sessions" USING btree ("sid_hash") WHERE sid_hash IS NOT NULL;
CREATE TABLE "setup_links" (
	"id" uuid PRIMARY KEY NOT NULL,
	"company_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"requires_proof" boolean NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revoked_at" timestamp with time zone,
	"fulfilled_at" timestamp with time zone,
	CONSTRAINT "setup_links_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "setup_links_purpose" CHECK ("setup_links"."purpose" IN ('setup', 'secret', 'replace')),
	CONSTRAINT "setup_links_proof" CHECK ("setup_links"."requires_proof" OR "setup_links"."purpose" <> 'replace')
);
--> statement-breakpoint
CREATE TABLE "setup_proofs" (
	"link_id" uuid NOT NULL,
	"domain" text NOT NULL,
	"value" text NOT NULL,
	"checked_at" timestamp with time zone,
	"last_answer" text,
	"shown" text,
	"verified_at" timestamp with time zone,
	CONSTRAINT "setup_proofs_link_id_domain_pk" PRIMARY KEY("link_id","domain")
);
--> statement-breakpoint
CREATE TABLE "sso_client_tests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"sso_client_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"tested_at" timestamp with time zone DEFAULT now() NOT NULL,
	"passed" boolean NOT NULL,
	"rule" smallint NOT NULL,
	"outcome" text NOT NULL,
	"has_email" boolean NOT NULL,
	"email_verified" boolean NOT NULL,
	"domain_proven" boolean NOT NULL,
	"refresh_token" boolean NOT NULL
);
--> statement-breakpoint
ALTER TABLE "domain_challenges" ADD COLUMN "shown" text;--> statement-breakpoint
ALTER TABLE "setup_links" ADD CONSTRAINT "setup_links_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "setup_proofs" ADD CONSTRAINT "setup_proofs_link_id_setup_links_id_fk" FOREIGN KEY ("link_id") REFERENCES "public"."setup_links"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sso_client_tests" ADD CONSTRAINT "sso_client_tests_sso_client_id_sso_clients_id_fk" FOREIGN KEY ("sso_client_id") REFERENCES "public"."sso_clients"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "setup_links_company" ON "setup_links" USING btree ("company_id","id");--> statement-breakpoint
CREATE INDEX "sso_client_tests_client" ON "sso_client_tests" USING btree ("sso_client_id","version","tested_at");
CREATE TABLE "audit_log" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "audit_log_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"company_id" uuid,
	"target" text NOT NULL,
	"details" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "companies" (
	"id" uuid PRIMARY KEY NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"creates_users" boolean DEFAULT true NOT NULL,
	"status" text DEFAULT 'active' NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "companies_slug_unique" UNIQUE("slug"),
	CONSTRAINT "companies_slug" CHECK ("companies"."slug" ~ '^[a-z0-9](-?[a-z0-9])*$' AND length("companies"."slug") <= 63),
	CONSTRAINT "companies_status" CHECK ("companies"."status" IN ('active', 'disabled'))
);
--> statement-breakpoint
CREATE TABLE "company_domains" (
	"domain" text PRIMARY KEY NOT NULL,
	"company_id" uuid NOT NULL,
	"verified_by" text NOT NULL,
	"verified_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "dead_letters" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"partition" integer NOT NULL,
	"offset" bigint NOT NULL,
	"record_hash" "bytea" NOT NULL,
	"key" "bytea",
	"headers" jsonb NOT NULL,
	"value" "bytea",
	"reason" text NOT NULL,
	"error" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"replayed_at" timestamp with time zone,
	CONSTRAINT "dead_letters_record" UNIQUE("topic","partition","offset","record_hash")
);
--> statement-breakpoint
CREATE TABLE "link_results" (
	"login_id" uuid PRIMARY KEY NOT NULL,
	"sso_identity_id" uuid NOT NULL,
	"company_id" uuid NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"user_id" text,
	"matched" jsonb NOT NULL,
	"policy_version" integer NOT NULL,
	"evidence" jsonb NOT NULL,
	"decided_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "logins" (
	"id" uuid PRIMARY KEY NOT NULL,
	"state_hash" "bytea" NOT NULL,
	"sso_identity_id" uuid NOT NULL,
	"company_id" uuid NOT NULL,
	"sso_client_id" uuid NOT NULL,
	"authenticated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "logins_state_hash_unique" UNIQUE("state_hash")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "outbox_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"lane" smallint NOT NULL,
	"topic" text NOT NULL,
	"key" "bytea",
	"headers" jsonb NOT NULL,
	"payload" "bytea",
	"attempts" smallint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox_dead" (
	"id" bigint PRIMARY KEY NOT NULL,
	"lane" smallint NOT NULL,
	"topic" text NOT NULL,
	"key" "bytea",
	"headers" jsonb NOT NULL,
	"payload" "bytea",
	"attempts" smallint DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"error" text NOT NULL,
	"died_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "outbox_lanes" (
	"lane" smallint PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"token_hash" "bytea" NOT NULL,
	"login_id" uuid NOT NULL,
	"sso_identity_id" uuid NOT NULL,
	"return_to" text NOT NULL,
	"refresh_token" text,
	"id_token" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"revalidated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"revalidation_held_until" timestamp with time zone,
	"revalidation_failing_since" timestamp with time zone,
	"ended_as" text,
	CONSTRAINT "sessions_token_hash_unique" UNIQUE("token_hash"),
	CONSTRAINT "sessions_login_id_unique" UNIQUE("login_id")
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"private_key" text NOT NULL,
	"public_key" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "social_accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"provider" text NOT NULL,
	"provider_user_id" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "social_accounts_provider" UNIQUE("provider","provider_user_id")
);
--> statement-breakpoint
CREATE TABLE "sso_clients" (
	"id" uuid PRIMARY KEY NOT NULL,
	"company_id" uuid NOT NULL,
	"region" text NOT NULL,
	"issuer" text NOT NULL,
	"client_id" text NOT NULL,
	"client_secret" text NOT NULL,
	"auth_method" text DEFAULT 'client_secret_post' NOT NULL,
	"status" text DEFAULT 'draft' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"logout_at_provider" boolean DEFAULT false NOT NULL,
	"organization" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sso_clients_issuer_client_id" UNIQUE("issuer","client_id"),
	CONSTRAINT "sso_clients_status" CHECK ("sso_clients"."status" IN ('draft', 'active', 'disabled')),
	CONSTRAINT "sso_clients_auth_method" CHECK ("sso_clients"."auth_method" IN ('client_secret_post', 'client_secret_basic'))
);
--> statement-breakpoint
CREATE TABLE "sso_identities" (
	"id" uuid PRIMARY KEY NOT NULL,
	"company_id" uuid NOT NULL,
	"issuer" text NOT NULL,
	"subject" text NOT NULL,
	"user_id" text,
	"linked_at" timestamp with time zone,
	"link_removed_at" timestamp with time zone,
	"email" text,
	"name" text,
	"first_login_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_login_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sso_identities_subject" UNIQUE("company_id","issuer","subject"),
	CONSTRAINT "sso_identities_company_user" UNIQUE("company_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" text PRIMARY KEY NOT NULL,
	"company_id" uuid,
	"company_set_by" text,
	"name" text,
	"status" text DEFAULT 'active' NOT NULL,
	"sso_email" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "users_company_sso_email" UNIQUE("company_id","sso_email"),
	CONSTRAINT "users_status" CHECK ("users"."status" IN ('active', 'suspended', 'deleted')),
	CONSTRAINT "users_company_set_by" CHECK (("users"."company_id" IS NULL) = ("users"."company_set_by" IS NULL))
);
--> statement-breakpoint
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "company_domains" ADD CONSTRAINT "company_domains_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_results" ADD CONSTRAINT "link_results_login_id_logins_id_fk" FOREIGN KEY ("login_id") REFERENCES "public"."logins"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_results" ADD CONSTRAINT "link_results_sso_identity_id_sso_identities_id_fk" FOREIGN KEY ("sso_identity_id") REFERENCES "public"."sso_identities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_results" ADD CONSTRAINT "link_results_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "link_results" ADD CONSTRAINT "link_results_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "logins" ADD CONSTRAINT "logins_sso_identity_id_sso_identities_id_fk" FOREIGN KEY ("sso_identity_id") REFERENCES "public"."sso_identities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "logins" ADD CONSTRAINT "logins_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "logins" ADD CONSTRAINT "logins_sso_client_id_sso_clients_id_fk" FOREIGN KEY ("sso_client_id") REFERENCES "public"."sso_clients"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_login_id_logins_id_fk" FOREIGN KEY ("login_id") REFERENCES "public"."logins"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_sso_identity_id_sso_identities_id_fk" FOREIGN KEY ("sso_identity_id") REFERENCES "public"."sso_identities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "social_accounts" ADD CONSTRAINT "social_accounts_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sso_clients" ADD CONSTRAINT "sso_clients_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sso_identities" ADD CONSTRAINT "sso_identities_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "sso_identities" ADD CONSTRAINT "sso_identities_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "users" ADD CONSTRAINT "users_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_log_at" ON "audit_log" USING btree ("at");--> statement-breakpoint
CREATE INDEX "company_domains_company" ON "company_domains" USING btree ("company_id");--> statement-breakpoint
CREATE INDEX "link_results_identity" ON "link_results" USING btree ("sso_identity_id");--> statement-breakpoint
CREATE INDEX "link_results_company" ON "link_results" USING btree ("company_id","decided_at");--> statement-breakpoint
CREATE INDEX "logins_identity" ON "logins" USING btree ("sso_identity_id");--> statement-breakpoint
CREATE INDEX "logins_authenticated_at" ON "logins" USING btree ("authenticated_at");--> statement-breakpoint
CREATE INDEX "outbox_lane" ON "outbox" USING btree ("lane","id");--> statement-breakpoint
CREATE INDEX "sessions_identity" ON "sessions" USING btree ("sso_identity_id");--> statement-breakpoint
CREATE INDEX "sessions_expires_at" ON "sessions" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "social_accounts_email" ON "social_accounts" USING btree ("email");--> statement-breakpoint
CREATE INDEX "social_accounts_email_domain" ON "social_accounts" USING btree (split_part(email, '@', 2));--> statement-breakpoint
CREATE INDEX "social_accounts_user" ON "social_accounts" USING btree ("user_id");--> statement-breakpoint
CREATE UNIQUE INDEX "sso_clients_one_active" ON "sso_clients" USING btree ("company_id") WHERE status = 'active';--> statement-breakpoint
CREATE UNIQUE INDEX "sso_clients_one_draft" ON "sso_clients" USING btree ("company_id") WHERE status = 'draft';--> statement-breakpoint
CREATE INDEX "sso_clients_company" ON "sso_clients" USING btree ("company_id");--> statement-breakpoint
CREATE INDEX "sso_identities_company_email" ON "sso_identities" USING btree ("company_id","email");--> statement-breakpoint
CREATE INDEX "sso_identities_user" ON "sso_identities" USING btree ("user_id");
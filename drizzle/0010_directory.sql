CREATE TABLE "directory_groups" (
	"id" uuid PRIMARY KEY NOT NULL,
	"company_id" uuid NOT NULL,
	"external_id" text,
	"display_name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "directory_members" (
	"group_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	CONSTRAINT "directory_members_group_id_user_id_pk" PRIMARY KEY("group_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "directory_tokens" (
	"id" text PRIMARY KEY NOT NULL,
	"hash" "bytea" NOT NULL,
	"company_id" uuid NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "directory_users" (
	"id" uuid PRIMARY KEY NOT NULL,
	"company_id" uuid NOT NULL,
	"external_id" text,
	"user_name" text NOT NULL,
	"user_name_key" text NOT NULL,
	"emails" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"email_key" text,
	"display_name" text,
	"given_name" text,
	"family_name" text,
	"active" boolean DEFAULT true NOT NULL,
	"sso_identity_id" uuid,
	"bound_by" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone,
	CONSTRAINT "directory_users_bound" CHECK (("directory_users"."sso_identity_id" IS NULL) = ("directory_users"."bound_by" IS NULL)),
	CONSTRAINT "directory_users_bound_by" CHECK ("directory_users"."bound_by" IN ('external_id', 'email'))
);
--> statement-breakpoint
ALTER TABLE "companies" ADD COLUMN "directory_enabled" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "sso_identities" ADD COLUMN "directory_state" text;--> statement-breakpoint
ALTER TABLE "sso_identities" ADD COLUMN "directory_state_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "directory_groups" ADD CONSTRAINT "directory_groups_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_members" ADD CONSTRAINT "directory_members_group_id_directory_groups_id_fk" FOREIGN KEY ("group_id") REFERENCES "public"."directory_groups"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_members" ADD CONSTRAINT "directory_members_user_id_directory_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."directory_users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_tokens" ADD CONSTRAINT "directory_tokens_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_users" ADD CONSTRAINT "directory_users_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "directory_users" ADD CONSTRAINT "directory_users_sso_identity_id_sso_identities_id_fk" FOREIGN KEY ("sso_identity_id") REFERENCES "public"."sso_identities"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "directory_groups_company" ON "directory_groups" USING btree ("company_id","id");--> statement-breakpoint
CREATE INDEX "directory_members_user" ON "directory_members" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "directory_tokens_company" ON "directory_tokens" USING btree ("company_id");--> statement-breakpoint
CREATE UNIQUE INDEX "directory_users_user_name" ON "directory_users" USING btree ("company_id","user_name_key") WHERE deleted_at IS NULL;--> statement-breakpoint
CREATE INDEX "directory_users_company" ON "directory_users" USING btree ("company_id","id");--> statement-breakpoint
CREATE INDEX "directory_users_external_id" ON "directory_users" USING btree ("company_id","external_id");--> statement-breakpoint
CREATE INDEX "directory_users_email" ON "directory_users" USING btree ("company_id","email_key");--> statement-breakpoint
CREATE INDEX "directory_users_identity" ON "directory_users" USING btree ("sso_identity_id");--> statement-breakpoint
CREATE INDEX "sso_identities_directory_state" ON "sso_identities" USING btree ("company_id","directory_state","directory_state_at") WHERE directory_state IS NOT NULL;--> statement-breakpoint
ALTER TABLE "sso_identities" ADD CONSTRAINT "sso_identities_directory_state" CHECK ("sso_identities"."directory_state" IN ('active', 'inactive'));
CREATE TABLE "late_matches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"company_id" uuid NOT NULL,
	"sso_identity_id" uuid NOT NULL,
	"created_user_id" text NOT NULL,
	"user_id" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"automatic" boolean DEFAULT false NOT NULL,
	"found_at" timestamp with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp with time zone,
	"decided_by" text,
	CONSTRAINT "late_matches_pair" UNIQUE("sso_identity_id","created_user_id","user_id"),
	CONSTRAINT "late_matches_state" CHECK ("late_matches"."state" IN ('open', 'merged', 'dismissed'))
);
--> statement-breakpoint
CREATE TABLE "link_batches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"company_id" uuid NOT NULL,
	"sso_client_id" uuid NOT NULL,
	"since" timestamp with time zone,
	"until" timestamp with time zone,
	"of_batch" uuid,
	"reason" text,
	"actor" text NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	CONSTRAINT "link_batches_kind" CHECK ("link_batches"."kind" IN ('undo', 'redo'))
);
--> statement-breakpoint
CREATE TABLE "mirror_inputs" (
	"input" text PRIMARY KEY NOT NULL,
	"last_change_at" timestamp with time zone NOT NULL,
	"last_arrival_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "removed_accounts" (
	"hash" "bytea" PRIMARY KEY NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "companies" ADD COLUMN "merge_late_matches" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "dead_letters" ADD COLUMN "recorded_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "social_accounts" ADD COLUMN "changed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "company_changed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "name_changed_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "status_changed_at" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "late_matches_company" ON "late_matches" USING btree ("company_id","id");--> statement-breakpoint
CREATE INDEX "late_matches_open" ON "late_matches" USING btree ("id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "late_matches_user" ON "late_matches" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "late_matches_created_user" ON "late_matches" USING btree ("created_user_id");--> statement-breakpoint
CREATE INDEX "removed_accounts_recorded_at" ON "removed_accounts" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "link_changes_batch" ON "link_changes" USING btree ("batch","id") WHERE batch IS NOT NULL;
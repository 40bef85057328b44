ALTER TABLE "link_results" ADD COLUMN "event_id" uuid;--> statement-breakpoint
ALTER TABLE "link_results" ADD COLUMN "sequence" bigint;--> statement-breakpoint
ALTER TABLE "sso_identities" ADD COLUMN "state" text;--> statement-breakpoint
ALTER TABLE "sso_identities" ADD COLUMN "state_sequence" bigint;--> statement-breakpoint
ALTER TABLE "sso_identities" ADD COLUMN "state_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "sso_identities" ADD CONSTRAINT "sso_identities_state" CHECK ("sso_identities"."state" IN ('linked', 'unlinked', 'refused', 'pending'));
CREATE TABLE "link_changes" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "link_changes_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"batch" uuid,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"actor" text NOT NULL,
	"change" text NOT NULL,
	"cause" text NOT NULL,
	"login_id" uuid,
	"sso_client_id" uuid,
	"sso_identity_id" uuid NOT NULL,
	"user_id" text NOT NULL,
	"company_before" uuid,
	"company_set_by_before" text,
	"user_created" boolean DEFAULT false NOT NULL,
	"undone_by" uuid,
	CONSTRAINT "link_changes_change" CHECK ("link_changes"."change" IN ('linked', 'removed'))
);
--> statement-breakpoint
CREATE INDEX "link_changes_identity" ON "link_changes" USING btree ("sso_identity_id","id");--> statement-breakpoint
CREATE INDEX "link_changes_client" ON "link_changes" USING btree ("sso_client_id","at") WHERE sso_client_id IS NOT NULL;
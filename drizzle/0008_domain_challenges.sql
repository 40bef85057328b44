CREATE TABLE "domain_challenges" (
	"company_id" uuid NOT NULL,
	"domain" text NOT NULL,
	"value" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"checked_at" timestamp with time zone,
	"last_answer" text,
	"verified_at" timestamp with time zone,
	CONSTRAINT "domain_challenges_company_id_domain_pk" PRIMARY KEY("company_id","domain"),
	CONSTRAINT "domain_challenges_last_answer" CHECK ("domain_challenges"."last_answer" IN ('verified', 'no_record', 'other_value', 'no_such_domain', 'dns_unreachable'))
);
--> statement-breakpoint
ALTER TABLE "domain_challenges" ADD CONSTRAINT "domain_challenges_company_id_companies_id_fk" FOREIGN KEY ("company_id") REFERENCES "public"."companies"("id") ON DELETE no action ON UPDATE no action;
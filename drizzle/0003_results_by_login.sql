ALTER TABLE "link_results" DROP CONSTRAINT "link_results_sso_identity_id_sso_identities_id_fk";
--> statement-breakpoint
ALTER TABLE "link_results" DROP CONSTRAINT "link_results_company_id_companies_id_fk";

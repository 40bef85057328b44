-- One row a lane (src/outbox/lanes.ts): its lock is the right to relay the lane.
INSERT INTO "outbox_lanes" ("lane") SELECT generate_series(0, 23) ON CONFLICT DO NOTHING;--> statement-breakpoint
-- The outbox lives from insert and delete: vacuum it by the hundred rows, not by the fifth of its size.
ALTER TABLE "outbox" SET (
  autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
  autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 5000,
  autovacuum_vacuum_cost_delay = 0
);

/**
 * Partitions of every topic of this service, and lanes of the outbox: a lane is a partition. Raising the
 * number moves keys between partitions and breaks the order of an identity's events: a constant for that
 * reason, and 24 from the start.
 */
export const PARTITIONS = 24;

/**
 * A lane is a Kafka partition. The relay sends a lane's rows with `partition: lane`, so what a lane holds
 * for a topic goes out as one send, in order. Raising the number moves keys between partitions and breaks
 * the order of an identity's events: it is a constant for that reason.
 */
export const LANES = 24;

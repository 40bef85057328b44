/** The digits of the largest `bigint` of PostgreSQL, whose values the numbers are. */
const DIGITS = 19;

/**
 * The header `ce_sequence`: the CloudEvents attribute `sequence` (Sequence extension), which the Kafka binding prefixes
 * with `ce_`. The extension compares it as text, so all have one length. Consumers of this service compare numbers.
 * @param sequence a number without a sign, in decimal
 */
export const sequenceText = (sequence: string | bigint): string => String(sequence).padStart(DIGITS, '0');

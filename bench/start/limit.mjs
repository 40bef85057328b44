/** The least that a role can be: a bare Fastify that listens once postgres.js and kafkajs are connected. */
import Fastify from 'fastify';
import { Kafka, logLevel } from 'kafkajs';
import postgres from 'postgres';

const { DATABASE_URL, KAFKA_BROKERS } = process.env;
const sql = postgres(DATABASE_URL, { max: 10 });
const kafka = new Kafka({ clientId: 'limit', brokers: KAFKA_BROKERS.split(','), logLevel: logLevel.ERROR });
await Promise.all([sql`SELECT 1`, kafka.producer().connect()]);
const app = Fastify();
app.get('/readyz', async () => ({ status: 'ok' }));
await app.listen({ host: '127.0.0.1', port: 0 });
process.send('ready');

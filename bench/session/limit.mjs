/**
 * Peer (a): the least that an answer of `/session` can be. Fastify, one query by primary key, one ES256 signature by
 * jose; no user, company or SSO client is looked at, nothing is logged, no header but Fastify's own.
 */
import Fastify from 'fastify';
import { generateKeyPair, SignJWT } from 'jose';
import postgres from 'postgres';

const { DATABASE_URL, PORT } = process.env;
const sql = postgres(DATABASE_URL, { max: 10 });
const { privateKey } = await generateKeyPair('ES256');
const app = Fastify({ exposeHeadRoutes: false });

app.get('/session', async (request, reply) => {
  const id = request.headers.cookie?.slice('id='.length) ?? '';
  const [session] = await sql`SELECT user_id, expires_at FROM session WHERE id = ${id}`;
  if (session === undefined) return reply.code(401).send({ state: 'none' });
  const issuedAt = Math.floor(Date.now() / 1000);
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: 'limit', typ: 'JWT' })
    .setSubject(session.user_id)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + 60)
    .sign(privateKey);
  return { state: 'signed_in', user: { id: session.user_id }, token };
});

await app.listen({ host: '127.0.0.1', port: Number(PORT) });
process.send?.('ready');
process.on('disconnect', () => process.exit());

/** A Next.js route handler, `app/api/me/route.js`: a function from Request to Response. */
import { createSessionVerifier } from 'sso-link-client/session';

const verifySession = createSessionVerifier({
  issuer: process.env.SSO_LINK_URL ?? 'https://account.example.com',
  audience: process.env.APP_ORIGIN ?? 'https://app.example.com',
});

/** @param {Request} request */
export async function GET(request) {
  try {
    const session = await verifySession(request.headers.get('authorization'));
    if (session === undefined) return Response.json({ error: 'signed_out' }, { status: 401 });
    return Response.json({ user_id: session.userId, company: session.company });
  } catch (error) {
    if (error.code !== 'keys_unavailable') throw error;
    return Response.json({ error: error.code }, { status: 503 });
  }
}

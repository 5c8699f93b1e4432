// A broker of the Finnish Trust Network for tests: the certified oidc-provider, and what it leaves to its host (a signed
// JWKS, no request object used twice, a page on which one says who one is). Told everything by one JSON object on standard input.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.argv[2]}/broker.mjs`));
const load = async (name) => import(pathToFileURL(require.resolve(name)));
const { Provider, errors } = await load('oidc-provider');
const { importJWK, SignJWT } = await load('jose');

let input = '';
for await (const part of process.stdin) input += part;
const { issuer, port, client, keys, entityKey, people, level } = JSON.parse(input);

const used = new Set();
const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys },
  scopes: ['openid', 'personal_identity_code', 'profile'],
  claims: { openid: ['sub', 'acr', 'amr', 'auth_time'], personal_identity_code: ['personal_identity_code'], profile: ['preferred_username'] },
  acrValues: [level],
  conformIdTokenClaims: false,
  cookies: { keys: ['only for tests'] },
  extraParams: ['ftn_spname'],
  features: {
    devInteractions: { enabled: false },
    encryption: { enabled: true },
    requestObjects: {
      enabled: true,
      requireSignedRequestObject: true,
      assertJwtClaimsAndHeader: async (ctx, claims) => {
        const seconds = claims.exp - Date.now() / 1000;
        if (!claims.jti || used.has(claims.jti)) throw new errors.InvalidRequestObject('no jti, or a used one');
        if (!(seconds > 0 && seconds <= 600)) throw new errors.InvalidRequestObject('exp is not within ten minutes');
        if (!claims.ftn_spname || claims.ftn_spname.length > 40) throw new errors.InvalidRequestObject('no ftn_spname');
        used.add(claims.jti);
      },
    },
  },
  pkce: { required: () => true },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id, personal_identity_code: people[id], preferred_username: people[id] }) }),
  // Nobody is asked for consent: using the broker is consenting.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope('openid personal_identity_code profile');
    await grant.save();
    return grant;
  },
  renderError: (ctx, out) => { ctx.body = `refused: ${out.error} ${out.error_description}`; },
});

async function signedKeys() {
  const publicKeys = keys.map(({ kty, n, e, kid, use, alg }) => ({ kty, n, e, kid, use, alg }));
  return new SignJWT({ keys: publicKeys })
    .setProtectedHeader({ alg: 'RS256', kid: entityKey.kid, typ: 'jwk-set+jwt' })
    .setIssuer(issuer).setSubject(issuer).setIssuedAt().setExpirationTime('1d')
    .sign(await importJWK(entityKey, 'RS256'));
}

async function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, issuer);
  if (pathname === '/signed-jwks') return response.end(await signedKeys());
  if (pathname === '/favicon.ico') return response.writeHead(204).end(); // which a browser asks for
  if (!pathname.startsWith('/interaction/')) return provider.callback()(request, response);
  const { prompt, params } = await provider.interactionDetails(request, response);
  const person = searchParams.get('person');
  if (person === 'nobody') {
    return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'cancelled' });
  }
  if (person) {
    return provider.interactionFinished(request, response, { login: { accountId: person, acr: level, amr: ['test'] } });
  }
  response.setHeader('Content-Type', 'text/html; charset=utf-8');
  const choices = [...Object.keys(people), 'nobody'].map((id) => `<li><a href="?person=${id}">${id}</a></li>`).join('');
  return response.end(`<!doctype html><html lang="${params.ui_locales}"><title>Broker</title><h1>${params.ftn_spname}</h1>`
    + `<p>${prompt.name}</p><ul>${choices}</ul></html>`);
}

createServer((request, response) => answer(request, response).catch((error) => {
  response.statusCode = 400;
  response.end(String(error));
})).listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));

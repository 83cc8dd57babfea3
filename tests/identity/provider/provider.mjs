// A real OpenID Connect provider on this machine. It prints its issuer URL when it is ready.
//
// Arguments: the audience of its tokens, a file with an object of users (login: claims), a file with its JWK set, and,
// to start a second time with other keys, the port of the first.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const [audience, usersFile, keysFile, port = '0'] = process.argv.slice(2);
const users = JSON.parse(readFileSync(usersFile, 'utf8'));
const scopes = 'authz:decide authz:explain';

const configuration = {
  jwks: JSON.parse(readFileSync(keysFile, 'utf8')),
  clients: [
    {
      client_id: 'portal',
      client_secret: 'opens nothing',
      redirect_uris: ['https://portal.example.org/callback'],
      id_token_signed_response_alg: 'ES256',
      grant_types: ['authorization_code', 'client_credentials'],
    },
  ],
  cookies: { keys: ['opens nothing'] },
  claims: { openid: ['sub'] },
  findAccount: (_, login) => ({ accountId: login, claims: () => ({ sub: login }) }),
  // Who logged in by which means: what a provider knows and puts into the tokens it makes.
  extraTokenClaims: (_, token) => users[token.accountId] ?? {},
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => audience,
      useGrantedResource: () => true,
      getResourceServerInfo: () => ({
        audience,
        scope: scopes,
        accessTokenFormat: 'jwt',
        accessTokenTTL: 300,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  clientBasedCORS: () => false,
  pkce: { required: () => true },
};

const server = createServer();
server.listen(Number(port), '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  provider.on('server_error', (_, error) => console.error(error));
  server.on('request', provider.callback());
  console.log(issuer);
});

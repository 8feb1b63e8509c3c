import { Secret } from '@sealift/core/secret';
import { readBounded } from '@sealift/oci/verify-stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { catalogScope, formatScopes } from '../tokens/repository-scope.ts';
import { asksForCatalog, type IssuedToken, scopesAskedFor, type TokenService } from '../tokens/token-service.ts';
import { credentialOf, type RegistryCredential } from './access.ts';
import { RegistryRefusal } from './failure.ts';
import { checkLogin, forbidStoring, type Gate, tokenServiceName } from './gate.ts';
import { requestBody } from './request-body.ts';

const formLimitBytes = 16 * 1024;
const formTimeoutMs = 10_000;

/** `GET`: a token for a Basic login, or for nobody where nobody may pull (distribution's "Token Authentication Specification"). */
export async function getToken(
  gate: Gate,
  tokens: TokenService,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const query = new URL(request.url, 'http://localhost').searchParams;
  const { token, expiresInSeconds } = await issue(gate, tokens, request, credentialOf(request), query);
  forbidStoring(reply);
  // Without `issued_at` clients count from the moment they got it, so a client's wrong clock does no harm.
  return await reply.send({ token: token.reveal(), access_token: token.reveal(), expires_in: expiresInSeconds });
}

/** `POST` of a form: the same as OAuth 2 (distribution's "OAuth2 Token Authentication", RFC 6749 sections 4.3 and 6). */
export async function postToken(
  gate: Gate,
  tokens: TokenService,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const bytes = await readBounded(requestBody(request, formTimeoutMs, formTimeoutMs), formLimitBytes, 'the form');
  const form = new URLSearchParams(bytes.toString('utf8'));
  const { token, expiresInSeconds, scopes, catalog } = await issue(gate, tokens, request, credentialIn(form), form);
  forbidStoring(reply);
  return await reply.send({
    access_token: token.reveal(),
    token_type: 'Bearer',
    scope: [formatScopes(scopes), catalog ? catalogScope : ''].filter((one) => one !== '').join(' '),
    expires_in: expiresInSeconds,
  });
}

async function issue(
  gate: Gate,
  tokens: TokenService,
  request: FastifyRequest,
  credential: RegistryCredential,
  parameters: URLSearchParams,
): Promise<IssuedToken> {
  const service = parameters.get('service');
  if (service !== null && service !== tokenServiceName) {
    throw new RegistryRefusal(400, 'UNSUPPORTED', 'there is no such service here');
  }
  const { access, name } = await checkLogin(gate, credential, request);
  if (access === 'none') {
    throw new RegistryRefusal(401, 'UNAUTHORIZED', 'the user name, password or token is not right', {
      'www-authenticate': 'Basic realm="sealift", charset="UTF-8"',
    });
  }
  const anonymous = credential.kind === 'anonymous';
  const asked = parameters.getAll('scope');
  return tokens.issue({ access, anonymous, name }, scopesAskedFor(asked), asksForCatalog(asked));
}

/** An API token of the platform is what these forms call a refresh token: it is exchanged for short ones. */
function credentialIn(form: URLSearchParams): RegistryCredential {
  const refreshToken = form.get('refresh_token');
  const [username, password] = [form.get('username'), form.get('password')];
  switch (form.get('grant_type')) {
    case 'password':
      if (username !== null && password !== null) return { kind: 'basic', username, password: new Secret(password) };
      break;
    case 'refresh_token':
      if (refreshToken !== null) return { kind: 'bearer', token: new Secret(refreshToken) };
      break;
  }
  throw new RegistryRefusal(400, 'UNSUPPORTED', 'expected grant_type password or refresh_token with what it needs');
}

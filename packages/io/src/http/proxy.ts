import { SealiftError } from '@sealift/core/errors';
import type { Environment } from './environment.ts';
import { isExempt } from './no-proxy.ts';

const defaultPorts: Readonly<Record<string, string>> = { 'http:': '80', 'https:': '443' };

/**
 * The proxy that `HTTP_PROXY` or `HTTPS_PROXY` names for a URL, unless `NO_PROXY` exempts it. Of either case, upper case first. As Go's programs
 * on the same machine do it (golang.org/x/net/http/httpproxy); Node.js' own reading of the variables knows no CIDR blocks, does not
 * exempt this machine and passes over a proxy without a scheme.
 *
 * @throws PROXY_INVALID; going without a proxy that a person has set would send what is meant for it elsewhere
 */
export function proxyOf(url: URL, env: Environment): URL | undefined {
  const scheme = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
  const [variable, value] = given(env, scheme);
  if (value === '') return undefined;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  const port = url.port === '' ? (defaultPorts[url.protocol] ?? '') : url.port;
  if (isExempt({ host, port }, given(env, 'NO_PROXY')[1])) return undefined;
  return parseProxy(value, variable);
}

function given(env: Environment, name: string): readonly [variable: string, value: string] {
  const found = [name, name.toLowerCase()].find((each) => (env[each] ?? '') !== '');
  return [found ?? name, found === undefined ? '' : (env[found] ?? '').trim()];
}

/** The value is never shown: it may hold a password. */
function parseProxy(value: string, variable: string): URL {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`;
  const invalid = (reason: string): SealiftError => new SealiftError('PROXY_INVALID', { values: { variable, reason } });
  if (!URL.canParse(text)) throw invalid('it is no address');
  const proxy = new URL(text);
  if (proxy.protocol === 'http:' || proxy.protocol === 'https:') return proxy;
  throw invalid(`${proxy.protocol.slice(0, -1)} proxies are not supported`);
}

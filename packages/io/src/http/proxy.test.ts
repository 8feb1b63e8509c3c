import { isSealiftError } from '@sealift/core/errors';
import { describe, expect, it } from 'vitest';
import { proxyOf } from './proxy.ts';

/** What golang.org/x/net/http/httpproxy v0.57.0 does with `NoProxy`, a URL and a proxy for each scheme: printed by it, not by us. */
const asGoDoes: readonly (readonly [noProxy: string, url: string, way: 'proxy' | 'direct'])[] = [
  ['', 'https://vc.example.com/', 'proxy'],
  ['*', 'https://vc.example.com/', 'direct'],
  ['example.com', 'https://vc.example.com/', 'direct'],
  ['example.com', 'https://example.com/', 'direct'],
  ['example.com', 'https://badexample.com/', 'proxy'],
  ['.example.com', 'https://vc.example.com/', 'direct'],
  ['.example.com', 'https://example.com/', 'proxy'],
  ['*.example.com', 'https://vc.example.com/', 'direct'],
  ['*.example.com', 'https://example.com/', 'proxy'],
  ['Example.COM', 'https://vc.example.com/', 'direct'],
  ['example.com', 'https://VC.EXAMPLE.com/', 'direct'],
  ['example.com:443', 'https://example.com/', 'direct'],
  ['example.com:8443', 'https://example.com/', 'proxy'],
  ['example.com:8443', 'https://example.com:8443/', 'direct'],
  ['example.com:80', 'http://example.com/', 'direct'],
  ['10.0.0.0/8', 'https://10.1.2.3/', 'direct'],
  ['10.0.0.0/8', 'https://11.1.2.3/', 'proxy'],
  ['10.0.0.0/8', 'https://ten.example.com/', 'proxy'],
  ['10.0.0.0/33', 'https://10.1.2.3/', 'proxy'],
  ['10.1.2.3/', 'https://10.1.2.3/', 'proxy'],
  ['10.1.2.3', 'https://10.1.2.3/', 'direct'],
  ['10.1.2.3:443', 'https://10.1.2.3/', 'direct'],
  ['10.1.2.3:80', 'https://10.1.2.3/', 'proxy'],
  ['fd00::/8', 'https://[fd00::1]/', 'direct'],
  ['fd00::/8', 'https://[fe80::1]/', 'proxy'],
  ['fd00::1', 'https://[fd00::1]/', 'direct'],
  ['[fd00::1]', 'https://[fd00::1]/', 'proxy'],
  ['[fd00::1]:443', 'https://[fd00::1]/', 'direct'],
  ['[fd00::1]:80', 'https://[fd00::1]/', 'proxy'],
  ['fd00:0::1', 'https://[fd00::1]/', 'direct'],
  ['', 'https://localhost/', 'direct'],
  ['', 'https://127.0.0.1:5000/', 'direct'],
  ['', 'https://127.9.9.9/', 'direct'],
  ['', 'https://[::1]/', 'direct'],
  ['', 'https://host.localhost/', 'proxy'],
  [' a.example , b.example ', 'https://b.example/', 'direct'],
  [',,', 'https://b.example/', 'proxy'],
  ['a.example b.example', 'https://b.example/', 'proxy'],
  ['10.1.2.3,*', 'https://x.example/', 'direct'],
  [':443', 'https://x.example/', 'proxy'],
  ['bücher.example', 'https://xn--bcher-kva.example/', 'direct'],
  ['bücher.example', 'https://bücher.example/', 'direct'],
  ['example.com', 'https://example.com./', 'proxy'],
  ['example.com.', 'https://example.com/', 'proxy'],
  ['10.0.0.0/8', 'https://[::ffff:10.1.2.3]/', 'direct'],
  ['10.1.2.3', 'https://[::ffff:10.1.2.3]/', 'direct'],
  ['::ffff:10.1.2.3', 'https://10.1.2.3/', 'direct'],
  ['', 'https://[::ffff:127.0.0.1]/', 'direct'],
  ['*.', 'https://example.com/', 'proxy'],
  ['.', 'https://example.com/', 'proxy'],
  ['example.com:https', 'https://example.com/', 'proxy'],
  ['e*.com', 'https://example.com/', 'proxy'],
];

const both = { HTTP_PROXY: 'http://p.example:3128', HTTPS_PROXY: 'http://p.example:3128' };
const to = new URL('https://vc.example.com/');

describe('the proxy of a URL', () => {
  it.each(asGoDoes)('NO_PROXY=%j: %s goes as from a Go program: %s', (noProxy, url, way) => {
    expect(proxyOf(new URL(url), { ...both, NO_PROXY: noProxy }) === undefined ? 'direct' : 'proxy').toBe(way);
  });

  it('is that of the scheme', () => {
    const env = { HTTP_PROXY: 'http://plain:1', HTTPS_PROXY: 'https://secure:2' };
    expect(proxyOf(new URL('http://vc.example.com/'), env)?.host).toBe('plain:1');
    expect(proxyOf(to, env)?.href).toBe('https://secure:2/');
  });

  it('may be named in either case, upper case first, and an empty variable is none', () => {
    expect(proxyOf(to, { https_proxy: 'http://lower:1' })?.host).toBe('lower:1');
    expect(proxyOf(to, { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' })?.host).toBe('upper:1');
    expect(proxyOf(to, { https_proxy: 'http://lower:1', HTTPS_PROXY: '' })?.host).toBe('lower:1');
    expect(proxyOf(to, { ...both, no_proxy: '*' })).toBeUndefined();
    expect(proxyOf(to, { HTTPS_PROXY: '' })).toBeUndefined();
    expect(proxyOf(to, {})).toBeUndefined();
  });

  it('needs no scheme', () => {
    expect(proxyOf(to, { HTTPS_PROXY: 'p.example:3128' })?.href).toBe('http://p.example:3128/');
    expect(proxyOf(to, { HTTPS_PROXY: 'u:s@p.example:3128' })?.username).toBe('u');
  });

  it.each(['socks5://u:secret@p.example:1080', 'http://u:secret@p.example:port'])(
    'is refused where it cannot be used, by its variable and without its password: %s',
    (value) => {
      const refused = (): unknown => proxyOf(to, { https_proxy: value });
      expect(refused).toThrow(/^https_proxy does not name a proxy/);
      expect(refused).not.toThrow(/secret/);
      try {
        refused();
      } catch (error) {
        expect(isSealiftError(error, 'PROXY_INVALID')).toBe(true);
      }
    },
  );
});

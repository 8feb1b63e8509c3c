import { request } from 'node:https';
import { TLSSocket } from 'node:tls';

/** One request to `https://localhost:<port>` on a connection of its own. */
export interface HttpsCall {
  readonly port: number;
  readonly path: string;
  readonly ca: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Ends the body early: the connection is cut after it. */
  readonly cut?: boolean;
}

/** What came back. */
export interface HttpsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
  /** SHA-256 of the certificate that was shown. */
  readonly fingerprint: string;
}

export async function httpsCall(call: HttpsCall): Promise<HttpsAnswer> {
  const { port, path, ca, method = 'GET', headers = {}, body, cut = false } = call;
  return await new Promise<HttpsAnswer>((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', servername: 'localhost', port, path, method, headers, ca, agent: false });
    sent.on('error', reject);
    sent.once('response', (answer) => {
      const parts: Buffer[] = [];
      const { socket } = answer;
      const fingerprint = socket instanceof TLSSocket ? (socket.getPeerX509Certificate()?.fingerprint256 ?? '') : '';
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.once('error', reject);
      answer.once('end', () => {
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: Buffer.concat(parts), fingerprint });
      });
    });
    if (cut) sent.write(body, () => sent.destroy());
    else sent.end(body);
  });
}

/** The value of `Authorization` for a login (RFC 7617). */
export function basicLogin(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

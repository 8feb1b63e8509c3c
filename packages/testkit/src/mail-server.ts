import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** A mail that a server took. */
export interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly text: string;
  readonly encrypted: boolean;
  /** Who was signed in; null where nobody was. */
  readonly user: string | null;
}

/** A real mail server (smtp-server) on loopback. */
export interface MailServerPeer {
  readonly port: number;
  readonly mails: TakenMail[];
  /** The recipients that were named, also those that were refused. */
  readonly asked: string[];
  /** How a recipient is refused, such as `451 4.7.1 try again later`; undefined takes it. */
  refuse: (recipient: string) => string | undefined;
  stop(): Promise<void>;
}

export interface MailServerOptions {
  /** Encrypted from the start, after STARTTLS, or never. */
  readonly security: 'tls' | 'starttls' | 'none';
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Without one nobody has to sign in. */
  readonly login?: { readonly user: string; readonly password: string };
}

/** Starts a mail server that demands what its options say and keeps what it takes. */
export async function startMailServer({ security, tls, login }: MailServerOptions): Promise<MailServerPeer> {
  const mails: TakenMail[] = [];
  const asked: string[] = [];
  const server = new SMTPServer({
    ...tls,
    secure: security === 'tls',
    hideSTARTTLS: security !== 'starttls',
    authOptional: login === undefined,
    disabledCommands: [...(login === undefined ? ['AUTH'] : []), ...(security === 'starttls' ? [] : ['STARTTLS'])],
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth({ username, password }, _session, done) {
      if (username === login?.user && password === login?.password) done(null, { user: username });
      else done(Object.assign(new Error(`5.7.8 no login as ${username} with ${password}`), { responseCode: 535 }));
    },
    onRcptTo({ address }, _session, done) {
      asked.push(address);
      const refusal = peer.refuse(address);
      if (refusal === undefined) done();
      else done(Object.assign(new Error(refusal.slice(4)), { responseCode: Number(refusal.slice(0, 3)) }));
    },
    onData(stream, session, done) {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          text: Buffer.concat(parts).toString('utf8'),
          encrypted: session.secure,
          user: typeof session.user === 'string' ? session.user : null,
        });
        done();
      });
    },
  });
  // A client that trusts no certificate ends the connection: that is no failure of the server.
  server.on('error', () => undefined);
  const listening: Server = server.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const peer: MailServerPeer = {
    port: (listening.address() as AddressInfo).port,
    mails,
    asked,
    refuse: () => undefined,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
  return peer;
}

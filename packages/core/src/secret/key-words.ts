function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Words that say: this is a secret. */
export const secretWords = words(`
  secret secrets token tokens credential credentials cred creds password passwords passwd passphrase passphrases
  passcode pwd pw psk htpasswd auths dockercfg
`);

/** Words written without a break, as environment variables have them: `PGPASSWORD`, `authtoken`, `dbpass`. */
export const secretEnding =
  /(?:password|passwd|passphrase|passcode|secret|token|credential|(?:api|private|secret|access|signing|encryption|auth)key)s?$|[a-z](?:pass|pwd)$|^(?:root|bind|admin|user|db)pw$|^masterauth$/;

/** They end like a password, and are none. */
export const otherPasses = words(`
  bypass compass encompass overpass underpass surpass trespass impasse
`);

/** What stands before `pass` where it is a verb or a direction: nginx's `proxy_pass`. */
export const passesSomething = words(`
  proxy fastcgi uwsgi scgi grpc memcached by single multi first one two
`);

/** Last words of keys that tell how a secret is called, how long it lives or what it looks like, not what it is. */
export const plainEndings = words(`
  name names namespace namespaces ref refs reference references selector path paths second seconds minutes hours days
  ttl expiration expiry timeout interval duration lifetime age rotation length size count limit limits type kind mode
  algorithm algorithms format encoding encryption version policy provider providers class driver operator controller
  generator manager annotations labels enabled disabled required optional create created immutable image resources
  audience audiences
`);

/** The same, in a key that names a secret; alone, below `secrets:`, they may hold one: `passwordFile`, but not `file`. */
export const plainAfterSecret = words(`
  file filename dir directory folder location mount field property url urls uri endpoint endpoints host port issuer
  header expires period refresh prefix suffix store stores engine backend request requests review reviews
  authentication auth enable reset description template role scope scopes claim id ids
`);

/** What stands before `secret` where it names a Secret of the cluster: `existingSecret`, `imagePullSecrets`, `tlsSecret`. */
export const referenceWords = words(`
  existing pull tls cert certs certificate certificates ca external sealed vars from config configs kubeconfig ingress
  volume mount
`);

/** What stands before `key` where the key is public, or names an entry: `topologyKey`, `publicKey`, `passwordKey`. */
export const openKeys = words(`
  public pub authorized known trusted verification verify gpg pgp site topology label annotation node taint selector
  config map cache sort group object field attribute header index partition routing foreign hot metadata env parameter
  property user username password passwd pass pwd token credentials
`);

/** What may follow `key` and still means the key itself: `client-key-data`. */
export const payloads = words(`
  data base pem content contents value values material raw plain text string old new current previous
`);

/** Their values are numbers of things: `maxTokens`. */
export const amounts = words(`
  max min num number
`);

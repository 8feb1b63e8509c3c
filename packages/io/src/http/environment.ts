/** Process variables, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy'] as const;

/** The variables that say which proxy leads where, in either case; Node.js takes them as `proxyEnv` of an agent. */
export function proxyVariables(env: Environment): NodeJS.ProcessEnv {
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

/**
 * Options that a console in a pod is told by its environment, where its command line is the release's and not the site's. Those beside them have
 * variables of their own.
 */
const variables = {
  vcenterDatacenter: 'SEALIFT_VCENTER_DATACENTER',
  vcenterFolder: 'SEALIFT_VCENTER_FOLDER',
  vcenterCluster: 'SEALIFT_VCENTER_CLUSTER',
  vcenterResourcePool: 'SEALIFT_VCENTER_RESOURCE_POOL',
  vcenterDatastore: 'SEALIFT_VCENTER_DATASTORE',
  vcenterNetwork: 'SEALIFT_VCENTER_NETWORK',
  clusterName: 'SEALIFT_CLUSTER_NAME',
  variablesFile: 'SEALIFT_VARIABLES_FILE',
  imageRegistry: 'SEALIFT_IMAGE_REGISTRY',
  imagePullSecret: 'SEALIFT_IMAGE_PULL_SECRET',
  trustedProxy: 'SEALIFT_TRUSTED_PROXY',
} as const;

/** Options of `server run` by the names that these variables are for. */
type OfVariables = { readonly [Option in keyof typeof variables]?: string };

/** The options as they were given, and where one was not as the environment has it; an empty variable is none. */
export function withVariables<Options extends OfVariables>(
  options: Options,
  env: Readonly<Record<string, string | undefined>>,
): Options {
  const found = Object.entries(variables).flatMap(([option, variable]) => {
    const value = env[variable];
    return value === undefined || value === '' ? [] : [[option, value] as const];
  });
  return { ...Object.fromEntries(found), ...options };
}

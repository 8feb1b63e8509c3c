/** The registry that an image is pulled from: as container runtimes read a name without one, Docker Hub. */
export function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  return isHost ? first : 'docker.io';
}

/** Why a pull failed, by the words of runtime and registry (containerd, CRI-O; OCI distribution specification, "Error codes"), and what helps. */
const causes: readonly (readonly [words: RegExp, remedy: string])[] = [
  [
    /x509|certificate|tls:/i,
    'Give the nodes the authority that signed the certificate of the registry, or renew that certificate.',
  ],
  [
    /unauthorized|authentication required|denied|forbidden|no basic auth|401|403/i,
    'Check the pull secret of the pod: its registry, user and password are to be those of the registry now.',
  ],
  [
    /not found|manifest unknown|name unknown|repository does not exist|404/i,
    'Push the image to the registry, or correct its name in the values.',
  ],
  [
    /no such host|i\/o timeout|connection refused|no route to host|deadline exceeded|connection reset|server misbehaving/i,
    'Check that the registry runs and that the nodes reach it by that name.',
  ],
  [
    /toomanyrequests|too many requests|429/i,
    'The registry limits how often it is asked: wait, or pull from a registry of this site.',
  ],
  [/no space left/i, 'Make room on the disk of the node.'],
  [/platform|no match for platform|exec format/i, 'Push the image for the architecture of the node.'],
];

export function pullRemedy(message: string): string {
  const known = causes.find(([words]) => words.test(message));
  return known?.[1] ?? 'Check that the registry holds the image, and that the nodes reach it and may log in.';
}

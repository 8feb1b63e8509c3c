import type { ClusterNode } from '../cluster/node.ts';
import type { Release } from '../release/release.ts';
import { templateName } from '../release/template-name.ts';
import type { SiteDifference } from './difference.ts';
import type { SiteSurvey } from './survey.ts';

/** A template as vCenter has it. */
export interface TemplateThere {
  /** SHA-256 (hex) of the OVA it was made from; null where nothing tells. */
  readonly sha256: string | null;
  readonly kubernetes: string | null;
}

/** Where the Kubernetes of a site, or one of its nodes, is not that of a release. */
export function nodeDifferences(
  { spec }: Release,
  { kubernetes, nodes }: Pick<SiteSurvey, 'kubernetes' | 'nodes'>,
): readonly SiteDifference[] {
  const { version } = spec.kubernetes;
  const found: SiteDifference[] = [];
  if (nodes.length === 0) {
    const remedy = 'See whether the console is told of the right cluster.';
    found.push({ what: 'node', expected: 'nodes', found: 'none', object: 'the cluster', remedy });
  }
  if (!isVersion(kubernetes, version)) {
    const remedy = 'Adopt the release that has this Kubernetes.';
    found.push({ what: 'kubernetes', expected: version, found: kubernetes, object: 'the API server', remedy });
  }
  return [...found, ...nodes.flatMap((node) => nodeDifference(node, version, expectedTemplate(spec)))];
}

/** The template that the nodes of a release are made from; undefined where it brings none. */
export function expectedTemplate({ nodeImage }: Release['spec']): string | undefined {
  return nodeImage === undefined ? undefined : templateName(nodeImage.ova);
}

function nodeDifference(
  { name, version, template }: ClusterNode,
  kubernetes: string,
  image: string | undefined,
): readonly SiteDifference[] {
  const [right, from] = [isVersion(version, kubernetes), image === undefined || template === image];
  if (right && from) return [];
  const made = image === undefined ? '' : ` from ${image}`;
  const was = image === undefined ? '' : ` from ${template === '' ? 'a template that nothing tells' : template}`;
  const remedy = 'Replace the machine, or let the rollout that is under way come to its end; then look again.';
  const expected = `Kubernetes ${kubernetes}${made}`;
  return [{ what: 'node', expected, found: `Kubernetes ${version}${was}`, object: `Node ${name}`, remedy }];
}

/** Where the template of a release's nodes is not there, or is another. */
export function templateDifferences({ spec }: Release, there: TemplateThere | null): readonly SiteDifference[] {
  const { nodeImage } = spec;
  const name = expectedTemplate(spec);
  if (nodeImage === undefined || name === undefined) return [];
  const at = { what: 'template', object: `template ${name}` } as const;
  if (there === null) {
    const remedy =
      'Import it with `sealift vsphere import-template`: without it no machine of this release can be made.';
    return [{ ...at, expected: 'in vCenter', found: 'nothing of this name', remedy }];
  }
  const remedy = 'Adopt the release that this template belongs to, or put the right one in its place.';
  if (there.sha256 !== null && there.sha256 !== nodeImage.sha256) {
    const [expected, found] = [nodeImage.sha256, there.sha256].map(
      (sum) => `made from an OVA of SHA-256 ${sum.slice(0, 12)}`,
    );
    return [{ ...at, expected: expected ?? '', found: found ?? '', remedy }];
  }
  if (there.kubernetes !== null && !isVersion(there.kubernetes, spec.kubernetes.version)) {
    return [
      { ...at, expected: `Kubernetes ${spec.kubernetes.version}`, found: `Kubernetes ${there.kubernetes}`, remedy },
    ];
  }
  return [];
}

/** Distributions add build metadata to what they run: `v1.26.10+rke2r1`. */
function isVersion(runs: string, version: string): boolean {
  return runs.replace(/^v/, '').replace(/\+.*$/, '') === version;
}

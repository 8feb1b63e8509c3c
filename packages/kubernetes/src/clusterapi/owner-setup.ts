import { createHash } from 'node:crypto';
import { canonicalJson } from '@sealift/core/canonical-json';
import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { isMembers, type Members, mergePatchOf } from '../objects/merge-patch.ts';
import { groupVersionOf, type KubeObject, nameOf, referenceOf } from '../objects/object.ts';
import type { Objects } from '../objects/objects.ts';
import { servedKind } from './discovery.ts';
import { settingsIn } from './kubeadm-config.ts';
import type { KubeadmSettings } from './kubeadm-settings.ts';
import { type ArgumentForm, setUp } from './kubeadm-setup.ts';
import { groupOf, referenceTo } from './reference.ts';
import type { RolloutOwner } from './rollout-owner.ts';

/** The kubeadm configuration that machines of an owner join with. */
export interface JoinConfiguration {
  /** `KubeadmControlPlane c1-cp`, `KubeadmConfigTemplate md of MachineDeployment md` */
  readonly owner: string;
  readonly isControlPlane: boolean;
  /** Undefined where they are not set up by a KubeadmConfigTemplate that is there. */
  readonly settings: KubeadmSettings | undefined;
  readonly written: WrittenConfiguration | undefined;
}

/** Where a configuration is written. */
interface WrittenConfiguration {
  readonly config: Members;
  readonly form: ArgumentForm;
  /** Undefined where the owner holds it itself. */
  readonly template: KubeObject | undefined;
}

const templateSchema = z.object({ spec: z.object({ template: z.object({ spec: z.unknown().optional() }) }) });

/** Reads what new machines of an owner are set up with, in v1beta1 or v1beta2. @throws KUBERNETES_… */
export async function readJoinConfiguration(
  objects: Objects,
  { kind, name, ref, setup }: RolloutOwner,
  cancel?: AbortSignal,
): Promise<JoinConfiguration> {
  const owner = `${kind} ${name}`;
  const isControlPlane = kind === 'KubeadmControlPlane';
  if ('config' in setup) {
    const { config } = setup;
    const written = { config, form: formOf(ref.apiVersion), template: undefined };
    return { owner, isControlPlane, settings: settingsIn(config, owner), written };
  }
  const named = setup.template;
  const nothing = { owner, isControlPlane, settings: undefined, written: undefined };
  if (named?.kind !== 'KubeadmConfigTemplate') return nothing;
  const wanted = { group: groupOf(named), kind: named.kind, asWritten: named.apiVersion };
  const apiVersion = await servedKind(objects.discovery, wanted, cancel);
  const of = { kind: named.kind, namespace: ref.namespace, name: named.name };
  const template = apiVersion === undefined ? undefined : await objects.get({ apiVersion, ...of }, cancel);
  if (template === undefined) return nothing;
  const place = nameOf(referenceOf(template));
  const { spec } = decode(templateSchema, template, place).spec.template;
  const config = isMembers(spec) ? spec : {};
  const written = { config, form: formOf(template.apiVersion), template };
  return {
    owner: `${named.kind} ${named.name} of ${owner}`,
    isControlPlane,
    settings: settingsIn(config, place),
    written,
  };
}

/** How an owner is made to set up its machines otherwise. */
export interface SetupChange {
  /** What machines get then. */
  readonly settings: KubeadmSettings;
  /** Digests of the settings that are ours then. */
  readonly own: readonly string[];
  /** The configuration that they get. */
  readonly config: Members;
  /** For `RolloutOwner.patch`; undefined where nothing changes. */
  readonly patch: Members | undefined;
  /** What has to be made first: a template that is in use is not changed. */
  readonly template: KubeObject | undefined;
}

/**
 * What makes settings hold for the machines of an owner; undefined where they are set up by something that can't be written.
 *
 * @param own digests of what was written before
 */
export function changeSetup(
  { kind, name, setup }: RolloutOwner,
  { written }: JoinConfiguration,
  asked: KubeadmSettings,
  own: ReadonlySet<string>,
): SetupChange | undefined {
  if (written === undefined) return undefined;
  const { config: before, form, template: source } = written;
  const made = setUp(before, asked, own, form);
  const mine = made.own;
  const config = source === undefined ? withoutGaps(before, made.config) : made.config;
  const common = { settings: settingsIn(config, `${kind} ${name}`), own: mine, config };
  const patch = mergePatchOf(before, config);
  if (patch === undefined || source === undefined) return { ...common, patch, template: undefined };
  const template = templateOf(source, config, name);
  if (!('template' in setup) || setup.template === undefined) return undefined;
  return { ...common, patch: referenceTo(setup.template, template.metadata.name), template };
}

/** Parts of a KubeadmControlPlane that may be changed and not be taken away (its webhook: what is below `nodeRegistration` is allowed, these are not). */
const lastingParts = ['initConfiguration', 'joinConfiguration'] as const;

/** Where nothing is left of such a part, what kubeadm does by itself stands in its place. */
function withoutGaps(before: Members, after: Members): Members {
  const gone = lastingParts.filter((part) => Object.hasOwn(before, part) && !Object.hasOwn(after, part));
  const usual = { nodeRegistration: { imagePullPolicy: 'IfNotPresent' } };
  return gone.length === 0 ? after : { ...after, ...Object.fromEntries(gone.map((part) => [part, usual])) };
}

/** Its name is a digest of its content, so that making it again makes nothing new. */
function templateOf({ apiVersion, kind, metadata }: KubeObject, config: Members, owner: string): KubeObject {
  const spec = { template: { spec: config } };
  const digest = createHash('sha256').update(canonicalJson(spec)).digest('hex').slice(0, 10);
  const { namespace, labels } = metadata;
  return { apiVersion, kind, metadata: { name: `${owner.slice(0, 50)}-${digest}`, namespace, labels }, spec };
}

/** How a version of Cluster API writes extra arguments. */
export function formOf(apiVersion: string): ArgumentForm {
  return groupVersionOf(apiVersion).version === 'v1beta1' ? 'map' : 'list';
}

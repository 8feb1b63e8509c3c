import { z } from 'zod';
import { decode } from '../connection/decode.ts';
import { type KubeObject, nameOf, referenceOf } from '../objects/object.ts';
import { templateKind } from './templates.ts';
import type { VariablePlace } from './topology.ts';

/** Where the VM template of the machines of a part of a topology comes from, or why it can't be chosen by a variable. */
export type TemplateSource =
  | { readonly from: 'variable'; readonly place: VariablePlace }
  | { readonly from: 'elsewhere'; readonly reason: string };

const list = 1000;
const patchSchema = z.object({
  name: z.string(),
  enabledIf: z.string().nullish(),
  external: z.unknown().optional(),
  definitions: z
    .array(
      z.object({
        selector: z.object({
          kind: z.string(),
          matchResources: z
            .object({
              controlPlane: z.boolean().nullish(),
              machineDeploymentClass: z.object({ names: z.array(z.string()).max(list).nullish() }).nullish(),
            })
            .nullish(),
        }),
        jsonPatches: z
          .array(
            z.object({
              path: z.string(),
              valueFrom: z.object({ variable: z.string().nullish() }).nullish(),
            }),
          )
          .max(list)
          .nullish(),
      }),
    )
    .max(list)
    .nullish(),
});
const schema = z.object({ spec: z.object({ patches: z.array(patchSchema).max(list).nullish() }) });

/** Of a VSphereMachineTemplate. */
const templatePath = '/spec/template/spec/template';
const variableForm = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*$/;

/**
 * Where a ClusterClass takes the VM template for the machines of a part from: only a variable can be set for one part of a topology, and
 * together with its version. Patches are applied in order, and the last one counts (Cluster API, "Writing a ClusterClass").
 *
 * @param machineClass of the pool; undefined for the control plane
 * @throws KUBERNETES_ANSWER_INVALID
 */
export function templateSource(clusterClass: KubeObject, machineClass: string | undefined): TemplateSource {
  const { spec } = decode(schema, clusterClass, nameOf(referenceOf(clusterClass)));
  let source = elsewhere('its machine templates name the template for nodes themselves');
  for (const { name, enabledIf, external, definitions } of spec.patches ?? []) {
    if (external !== undefined && external !== null) return elsewhere(`its patch ${name} is made by an extension`);
    const patches = (definitions ?? [])
      .filter(({ selector }) => selector.kind === templateKind && matches(selector.matchResources, machineClass))
      .flatMap(({ jsonPatches }) => jsonPatches ?? []);
    for (const { path, valueFrom } of patches) {
      if (!isAtOrAbove(path)) continue;
      const isConditional = (enabledIf ?? '') !== '';
      source =
        path === templatePath && !isConditional
          ? placeIn(name, valueFrom?.variable ?? '')
          : elsewhere(`its patch ${name} ${isConditional ? 'holds only sometimes' : 'replaces the whole machine'}`);
    }
  }
  return source;
}

function placeIn(patch: string, variable: string): TemplateSource {
  const [name = '', ...fields] = variable.split('.');
  if (variable === '') return elsewhere(`its patch ${patch} takes the template for nodes from no variable`);
  if (name === 'builtin' || !variableForm.test(variable)) {
    return elsewhere(`its patch ${patch} takes the template for nodes from ${variable}`);
  }
  return { from: 'variable', place: { name, fields } };
}

function elsewhere(reason: string): TemplateSource {
  return { from: 'elsewhere', reason };
}

/** Whether a patch changes the template: at it, or at what it is within. */
function isAtOrAbove(path: string): boolean {
  return path === templatePath || templatePath.startsWith(`${path}/`);
}

type MatchResources = NonNullable<
  NonNullable<z.infer<typeof patchSchema>['definitions']>[number]['selector']['matchResources']
>;

/** A name matches as it is, or with one `*` at its beginning or end. */
function matches(resources: MatchResources | null | undefined, machineClass: string | undefined): boolean {
  if (machineClass === undefined) return resources?.controlPlane === true;
  return (resources?.machineDeploymentClass?.names ?? []).some((name) => {
    if (name === '*' || name === machineClass) return true;
    if (name.startsWith('*')) return machineClass.endsWith(name.slice(1));
    return name.endsWith('*') && machineClass.startsWith(name.slice(0, -1));
  });
}

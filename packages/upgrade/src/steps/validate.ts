import type { LayerName } from '@sealift/core/pack';
import { isStep, type SeenWait, stepsOf, waitingFor } from '@sealift/core/upgrade';
import { hopLayer, runsLayer } from './hop-layer.ts';
import type { StepContext, StepDefinition } from './step.ts';

/** One statement that must hold before the release counts as installed. */
interface Check {
  readonly name: string;
  /** What is missing; null when it holds. */
  readonly missing: SeenWait | null;
}

/** Proves that the hop's result is healthy, then records the release as the installed one. Back the one of before is recorded again. */
export const validate: StepDefinition<'validate'> = {
  forward: {
    intent: ({ hop }) => ({ installed: hop.to }),
    async observe(context) {
      const checks = [
        ...(await nodeChecks(context)),
        ...(await templateChecks(context)),
        ...(await layerChecks(context)),
      ];
      const open = checks.flatMap(({ missing }) => (missing === null ? [] : [missing]));
      const [first] = open;
      if (first !== undefined) {
        const more = open.length === 1 ? '' : ` (and ${open.length - 1} more)`;
        const fraction = (checks.length - open.length) / (checks.length + 1);
        return { state: 'wait', wait: { ...first, what: `${first.what}${more}` }, fraction };
      }
      const installed = await context.ports.console.installedVersion();
      if (installed !== context.hop.to || !(await areRecorded(context, 'result'))) {
        return { state: 'act', message: `Recording ${context.hop.to} as the installed version` };
      }
      const evidence = { installed, checks: checks.map(({ name }) => name) };
      return { state: 'done', message: `All ${checks.length + 1} checks pass on ${installed}`, evidence };
    },
    act: ({ ports, upgradeId, hopIndex }) => ports.console.recordInstalled(upgradeId, hopIndex),
  },
  back: {
    intent: ({ hop }) => ({ installed: hop.from }),
    async observe(context) {
      const { ports, hop } = context;
      const installed = await ports.console.installedVersion();
      if (installed !== hop.from || !(await areRecorded(context, 'former'))) {
        return { state: 'act', message: `Recording ${hop.from} as the installed version` };
      }
      return { state: 'done', message: `${hop.from} is recorded as installed`, evidence: { installed } };
    },
    act: ({ ports, upgradeId, hopIndex }) => ports.console.recordFormer(upgradeId, hopIndex),
  },
};

/** Where values alone change, the version is the same before and after. */
async function areRecorded(
  { ports, hop, hopIndex, upgradeId }: Pick<StepContext<'validate'>, 'ports' | 'hop' | 'hopIndex' | 'upgradeId'>,
  what: 'result' | 'former',
): Promise<boolean> {
  return hop.from !== hop.to || (await ports.console.isRecorded(upgradeId, hopIndex, what));
}

async function nodeChecks({ ports, hop, cancel }: StepContext<'validate'>): Promise<Check[]> {
  const planned = {
    'control-plane': (stepsOf(hop.steps, 'finalise').at(-1) ?? stepsOf(hop.steps, 'control-plane').at(-1))?.target,
    worker: stepsOf(hop.steps, 'workers').at(-1)?.target,
  };
  const nodes = await ports.cluster.nodes(cancel);
  const present = nodes.some(({ role }) => role === 'control-plane');
  const first = check('the cluster has nodes', present, waitingFor('the cluster reports no control-plane node'));
  const each = nodes.flatMap((node) => {
    const { name, role, version, template } = node;
    const object = { kind: 'Node', name };
    const ready = check(`${name} is ready`, node.ready, waitingFor(`${name}: ${node.message}`, { object }));
    const wanted = planned[role];
    if (wanted === undefined) return [ready];
    const asPlanned = version === wanted.kubernetes && template === wanted.template;
    const other = waitingFor(`${name} runs Kubernetes ${version} from ${template}`, { object });
    return [ready, check(`${name} runs Kubernetes ${wanted.kubernetes}`, asPlanned, other)];
  });
  return [first, ...each];
}

async function templateChecks({ ports, hop, cancel }: StepContext<'validate'>): Promise<Check[]> {
  const name = stepsOf(hop.steps, 'template').at(-1)?.target.template;
  if (name === undefined) return [];
  const found = await ports.vcenter.findTemplate(name, cancel);
  const object = { kind: 'Template', name };
  return [
    check(`template ${name} is there`, found !== null, waitingFor(`the template ${name} is not there`, { object })),
  ];
}

async function layerChecks(context: StepContext<'validate'>): Promise<Check[]> {
  const { ports, hop, cancel } = context;
  const statuses = await ports.cluster.layers(cancel);
  const healthy = statuses.map(({ pack, wait }) => ({ name: `${pack} is healthy`, missing: wait }));
  const asPlanned = hop.steps.flatMap((step) => {
    if (!isStep(step, 'layer') && !isStep(step, 'remove-layer')) return [];
    const { layer, pack } = step.target;
    const status = statuses.find((one) => one.layer === layer && one.pack === pack);
    const name = isStep(step, 'layer')
      ? `${pack} ${step.target.version} ${isOfNodes(layer) ? 'is recorded' : 'runs'} with the approved values`
      : `${pack} is removed`;
    const holds = isStep(step, 'layer')
      ? status !== undefined && runsLayer(status, hopLayer({ ...context, step }))
      : status === undefined;
    return [check(name, holds, waitingFor(`not true yet: ${name}`, { object: { kind: 'Layer', name: pack } }))];
  });
  return [...healthy, ...asPlanned];
}

/** Layers whose values are about the nodes themselves: nodes are rolled with them, and the layer is a record of it. */
function isOfNodes(layer: LayerName): boolean {
  return layer === 'kernel' || layer === 'os' || layer === 'k8s';
}

function check(name: string, holds: boolean, missing: SeenWait): Check {
  return { name, missing: holds ? null : missing };
}

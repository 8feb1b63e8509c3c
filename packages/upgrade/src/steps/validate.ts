import type { StepContext, StepDefinition } from './step.ts';
import { plannedLayer, runsLayer } from './planned-layer.ts';

/** One statement that must hold before the release counts as installed. */
interface Check {
  readonly name: string;
  readonly holds: boolean;
  /** What is missing, in words; empty when it holds. */
  readonly missing: string;
}

/** Proves that the hop's result is healthy, then records the release as the installed one. */
export const validate: StepDefinition = {
  kind: 'validate',
  intent: ({ hop }) => ({ installed: hop.to }),
  async observe(context) {
    const checks = [
      ...(await nodeChecks(context)),
      ...(await templateChecks(context)),
      ...(await layerChecks(context)),
    ];
    const open = checks.filter(({ holds }) => !holds);
    const [first] = open;
    const fraction = (checks.length - open.length) / (checks.length + 1);
    if (first !== undefined) {
      const more = open.length === 1 ? '' : ` (and ${open.length - 1} more)`;
      return { state: 'wait', message: `${first.missing}${more}`, fraction };
    }
    const installed = await context.ports.console.installedVersion();
    if (installed !== context.hop.to) {
      return { state: 'act', message: `Recording ${context.hop.to} as the installed version`, fraction };
    }
    const evidence = { installed, checks: checks.map(({ name }) => name) };
    return { state: 'done', message: `All ${checks.length + 1} checks pass on ${installed}`, evidence };
  },
  act: ({ ports, upgradeId, hop }) => ports.console.recordInstalled(upgradeId, hop.to),
};

async function nodeChecks({ ports, hop, cancel }: StepContext): Promise<Check[]> {
  const planned = {
    'control-plane': hop.steps.find(({ kind }) => kind === 'control-plane')?.target,
    worker: hop.steps.find(({ kind }) => kind === 'workers')?.target,
  };
  const nodes = await ports.cluster.nodes(cancel);
  const present = nodes.some(({ role }) => role === 'control-plane');
  const first = { name: 'the cluster has nodes', holds: present, missing: 'the cluster reports no control-plane node' };
  const each = nodes.flatMap((node) => {
    const { kubernetes, template } = planned[node.role] ?? {};
    const checks = [{ name: `${node.name} is ready`, holds: node.ready, missing: `${node.name}: ${node.message}` }];
    if (kubernetes !== undefined) {
      const holds = node.version === kubernetes && (template === undefined || node.template === template);
      const missing = `${node.name} runs Kubernetes ${node.version} from ${node.template}`;
      checks.push({ name: `${node.name} runs Kubernetes ${kubernetes}`, holds, missing });
    }
    return checks;
  });
  return [first, ...each];
}

async function templateChecks({ ports, hop, cancel }: StepContext): Promise<Check[]> {
  const name = hop.steps.find(({ kind }) => kind === 'template')?.target.template;
  if (name === undefined) return [];
  const found = await ports.vcenter.findTemplate(name, cancel);
  return [{ name: `template ${name} is there`, holds: found !== null, missing: `the template ${name} is not there` }];
}

async function layerChecks({ ports, upgrade, hop, cancel }: StepContext): Promise<Check[]> {
  const statuses = await ports.cluster.layers(cancel);
  const healthy = statuses.map((status) => ({
    name: `${status.pack} is healthy`,
    holds: status.healthy,
    missing: `${status.pack}: ${status.message}`,
  }));
  const asPlanned = hop.steps
    .filter(({ kind }) => kind === 'layer')
    .map((step) => {
      const { layer, pack } = step.target;
      const status = statuses.find((one) => one.layer === layer && one.pack === pack);
      const planned = plannedLayer(upgrade, step);
      const holds = planned === null ? status === undefined : status !== undefined && runsLayer(status, planned);
      const name = planned === null ? `${pack} is removed` : `${pack} ${planned.version} runs with the approved values`;
      return { name, holds, missing: `not true yet: ${name}` };
    });
  return [...healthy, ...asPlanned];
}

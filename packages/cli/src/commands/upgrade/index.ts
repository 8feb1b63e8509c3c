import type { RegisterCommand } from '../../context.ts';
import { withEtcdSource } from '../cluster/etcd-source.ts';
import type { RehearseOptions } from './rehearse.ts';
import type { ByBundleOptions } from './by-bundle/upgrade-by-bundle.ts';
import type { ResolveOptions } from './resolve.ts';

const idHelp = 'id of the upgrade; without it the one under way, else the last';

/** `sealift upgrade`: the whole upgrade, as in Update Management. */
export const registerUpgrade: RegisterCommand = (program, context) => {
  const upgrade = program
    .command('upgrade')
    .description(
      'Upgrades the platform: preview, settle, confirm, follow; or all of it at once: sealift upgrade --bundle FILE.',
    );
  upgrade
    .command('run', { isDefault: true })
    .description(
      'The whole upgrade in one command: verifies and uploads the bundle, syncs, merges, looks at the site, confirms and follows. It stops where you have to decide; run again it goes on.',
    )
    .usage('--bundle <file> [options]')
    .argument('[command]')
    .option('--bundle <file>', 'the release: airgap-v<version>.bin')
    .option('--public-key <file>', 'a public key to trust for this bundle, besides those of this machine')
    .option('--yes', 'confirm what is shown without being asked, where nothing is open')
    .option('--json', 'print one JSON object')
    .action(async (unknown: string | undefined, { bundle, ...options }: Partial<ByBundleOptions>) => {
      if (unknown !== undefined) upgrade.error(`error: unknown command '${unknown}'`);
      if (bundle === undefined) return upgrade.help({ error: true });
      const { upgradeByBundle } = await import('./by-bundle/upgrade-by-bundle.ts');
      return await upgradeByBundle({ ...options, bundle }, context);
    });
  upgrade
    .command('start')
    .description('Begins an upgrade: plans it and merges the values of every layer. Nothing is changed yet.')
    .requiredOption('--to <version>', 'the release to go to')
    .option(
      '--reversible',
      'where it goes exactly one minor of Kubernetes further: keep the control plane able to go back until you finalise it',
    )
    .option('--json', 'print one JSON object')
    .action(async (options: { to: string; reversible?: true; json?: true }) => {
      const { startUpgrade } = await import('./start.ts');
      await startUpgrade(options, context);
    });
  upgrade
    .command('status')
    .description('Shows the plan, the layers, what blocks, and how far it is.')
    .argument('[id]', idHelp)
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: { json?: true }) => {
      const { showUpgrade } = await import('./status.ts');
      await showUpgrade(id, options, context);
    });
  upgrade
    .command('plan')
    .description('Shows the plan as a tree: how each step can be taken back, the usual times, the point of no return.')
    .argument('[id]', idHelp)
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: { json?: true }) => {
      const { showPlan } = await import('./plan.ts');
      await showPlan(id, options, context);
    });
  upgrade
    .command('preflight')
    .description('Looks at the site again: registry, vCenter, cluster, disk; exit 2 while something blocks.')
    .argument('[id]', idHelp)
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: { json?: true }) => {
      const { runPreflight } = await import('./preflight.ts');
      await runPreflight(id, options, context);
    });
  upgrade
    .command('accept-risk')
    .description('Goes on in spite of what one check found, where it may be accepted; goes to the audit log.')
    .argument('<check>', 'name of the check, as `upgrade preflight` shows it')
    .requiredOption('--reason <text>', 'why, for the audit log')
    .option('--expires <time>', 'when the acceptance ends, at most 30 days ahead; else with the upgrade')
    .option('--id <id>', idHelp)
    .option('--json', 'print one JSON object')
    .action(async (check: string, options: { reason: string; expires?: string; id?: string; json?: true }) => {
      const { acceptRisk } = await import('./accept-risk.ts');
      await acceptRisk(check, options, context);
    });
  upgrade
    .command('withdraw-risk')
    .description('Takes an acceptance back.')
    .argument('<check>', 'name of the check')
    .option('--id <id>', idHelp)
    .option('--json', 'print one JSON object')
    .action(async (check: string, options: { id?: string; json?: true }) => {
      const { withdrawRisk } = await import('./accept-risk.ts');
      await withdrawRisk(check, options, context);
    });
  upgrade
    .command('layers')
    .description('Shows the preview of the layers, or of one layer with its decisions and conflicts.')
    .argument('[layer]', 'the layer, such as cni-cni-calico')
    .option('--id <id>', idHelp)
    .option('--text <which>', 'print one text alone: base, current, incoming or merged')
    .option('--json', 'print one JSON object')
    .action(async (layer: string | undefined, options: { id?: string; text?: string; json?: true }) => {
      const { showLayers } = await import('./layers.ts');
      await showLayers(layer, options, context);
    });
  upgrade
    .command('resolve')
    .description('Settles a conflict of a layer: takes a side, or a value of your own.')
    .argument('<layer>', 'the layer, such as cni-cni-calico')
    .requiredOption('--path <path>', 'the path of the conflict, as `upgrade layers` shows it')
    .option('--take <side>', 'current, incoming or base')
    .option('--value <yaml>', 'a value of your own')
    .option('--id <id>', idHelp)
    .option('--json', 'print one JSON object')
    .action(async (layer: string, options: ResolveOptions) => {
      const { resolveConflict } = await import('./resolve.ts');
      await resolveConflict(layer, options, context);
    });
  upgrade
    .command('confirm')
    .description(
      'Approves what was previewed, by its hash; the upgrade then runs. Where a second person is needed, the first one asks.',
    )
    .argument('[id]', idHelp)
    .option('--hash <sha256>', 'confirm only if the preview still has this hash')
    .option('--wait', 'follow it to the end')
    .option('--withdraw', 'ask nobody to approve it any more')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: { hash?: string; wait?: true; withdraw?: true; json?: true }) => {
      const { confirmUpgrade, withdrawRequest } = await import('./confirm.ts');
      if (options.withdraw === true) return await withdrawRequest(id, options, context);
      await confirmUpgrade(id, options, context);
    });
  upgrade
    .command('wait')
    .description('Follows a confirmed upgrade to its end; exit 3 when it does not succeed.')
    .argument('[id]', idHelp)
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: { json?: true }) => {
      const { waitForUpgrade } = await import('./wait.ts');
      await waitForUpgrade(id, options, context);
    });
  upgrade
    .command('watch')
    .description(
      'Shows a confirmed upgrade live until its end, through restarts of the console; exit 3 when it does not succeed.',
    )
    .argument('[id]', idHelp)
    .option('--json', 'print one JSON object a line, whenever something has changed')
    .action(async (id: string | undefined, options: { json?: true }) => {
      const { watchUpgrade } = await import('./watch.ts');
      await watchUpgrade(id, options, context);
    });
  upgrade
    .command('logs')
    .description('Prints the journal of an upgrade: what each step asked for, waited for and proved.')
    .argument('[id]', idHelp)
    .option('--follow', 'go on until it ends or needs a person')
    .option('--json', 'print one JSON object a line')
    .action(async (id: string | undefined, options: { follow?: true; json?: true }) => {
      const { showLogs } = await import('./logs.ts');
      await showLogs(id, options, context);
    });
  for (const intervention of ['pause', 'resume'] as const) {
    upgrade
      .command(intervention)
      .description(
        intervention === 'pause' ? 'Stops it at the next safe point.' : 'Goes on after a pause or a mended cause.',
      )
      .argument('[id]', idHelp)
      .action(async (id: string | undefined) => {
        const { pauseOrResume } = await import('./intervene.ts');
        await pauseOrResume(id, intervention, context);
      });
  }
  upgrade
    .command('abort')
    .description('Ends it at the next safe point, also one that needs a person or cannot be read; what was done stays.')
    .argument('<id>', 'id of the upgrade')
    .requiredOption('--reason <text>', 'why, for the audit log')
    .action(async (id: string, options: { reason: string }) => {
      const { abortUpgrade } = await import('./intervene.ts');
      await abortUpgrade(id, options, context);
    });
  upgrade
    .command('rollback')
    .description(
      'Takes back what an upgrade did that is paused, needs a person or was aborted: packs, values and objects as before.',
    )
    .argument('[id]', idHelp)
    .option('--dry-run', 'only say whether it can, what would be put back and what stays; exit 3 when it cannot')
    .option('--reason <text>', 'why, for the audit log')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: { dryRun?: true; reason?: string; json?: true }) => {
      const { rollBackUpgrade } = await import('./rollback.ts');
      await rollBackUpgrade(id, options, context);
    });
  upgrade
    .command('finalise')
    .description(
      'Lets a control plane that still serves the old minor of Kubernetes go on to the new one; from then on there is no way back.',
    )
    .argument('<id>', 'id of the upgrade')
    .option('--json', 'print one JSON object')
    .action(async (id: string, options: { json?: true }) => {
      const { finaliseUpgrade } = await import('./finalise.ts');
      await finaliseUpgrade(id, options, context);
    });
  upgrade
    .command('on-failure')
    .description(
      'Chooses, before Confirm, what a failure does that stops the upgrade: wait for a person, or roll back.',
    )
    .argument('<what>', 'stop or roll-back')
    .option('--id <id>', idHelp)
    .option('--json', 'print one JSON object')
    .action(async (what: string, options: { id?: string; json?: true }) => {
      const { chooseOnFailure } = await import('./rollback.ts');
      await chooseOnFailure(what, options, context);
    });
  withEtcdSource(
    upgrade
      .command('rehearse')
      .description(
        'Tries the API server of another minor on a copy of all that the cluster stores, without touching the cluster: by the console for an upgrade and its preflight; or here, of any cluster, with the programs that the options name. Exit 2 where something is in the way.',
      )
      .argument('[id]', idHelp)
      .option(
        '--etcd-snapshot <file>',
        'a snapshot of the cluster, as `etcdctl snapshot save` writes it; without it one is taken from the cluster',
      ),
  )
    .option('--running-kube-apiserver <file>', 'executable of the version that the cluster runs')
    .option('--kube-apiserver <file>', 'executable of the version to try: a minor ahead, or a minor back')
    .option('--etcd <file>', "executable of the cluster's etcd version")
    .option('--etcdutl <file>', "executable of the cluster's etcd version")
    .option('--native', 'try a minor ahead as what it is, and not as it emulates the running one')
    .option('--and-back', 'then start the running version once more, on the copy that the other one has served')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: RehearseOptions) => {
      const { rehearseUpgrade } = await import('./rehearse.ts');
      await rehearseUpgrade(id, options, context);
    });
  upgrade
    .command('evidence')
    .description(
      'Saves the signed evidence of an upgrade that has ended: plan, who decided what, steps, before and after.',
    )
    .argument('[id]', idHelp)
    .requiredOption('-o, --output <file>', 'the file to write; an older one is kept until the new one is whole')
    .option('--key <file>', 'public key file that it must be signed by; else the keys that the console itself shows')
    .option('--json', 'print one JSON object')
    .action(async (id: string | undefined, options: { output: string; key?: string; json?: true }) => {
      const { saveEvidence } = await import('./evidence.ts');
      await saveEvidence(id, options, context);
    });
};

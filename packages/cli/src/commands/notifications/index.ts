import type { Command } from 'commander';
import type { RegisterCommand } from '../../context.ts';
import type { AllowOptions } from './allow.ts';
import type { DeliveriesOptions } from './deliveries.ts';
import type { MailServerOptions } from './mail-server.ts';
import type { SubscriptionOptions } from './subscription-options.ts';

interface Output {
  readonly json?: true;
}

/** `sealift notifications`: who is told what happens, by webhooks and mail. */
export const registerNotifications: RegisterCommand = (program, context) => {
  const notifications = program
    .command('notifications')
    .description('Who is told what happens in a console: programs by webhooks, people by mail.');
  notifications
    .command('list')
    .description('Lists who is told of what, the mail server, and where webhooks may go.')
    .option('--json', 'print one JSON object')
    .action(async (options: Output) => {
      const { listNotifications } = await import('./list.ts');
      await listNotifications(options, context);
    });
  withSubscription(
    notifications
      .command('add')
      .description('Has a program or people told; the key that requests are signed with is printed this once.')
      .argument('<name>', 'how it is called'),
  ).action(async (name: string, options: SubscriptionOptions) => {
    const { addSubscription } = await import('./add.ts');
    await addSubscription(name, options, context);
  });
  withSubscription(
    notifications
      .command('edit')
      .description('Changes what is told, or where to; what is not given stays.')
      .argument('<name>', 'as the list tells it')
      .option('--name <name>', 'call it so from now on')
      .option('--new-key', 'sign requests with a new key from now on, printed this once'),
  ).action(async (name: string, options: SubscriptionOptions) => {
    const { editSubscription } = await import('./edit.ts');
    await editSubscription(name, options, context);
  });
  notifications
    .command('remove')
    .description('Tells it no more; what waits for it is dropped.')
    .argument('<name>', 'as the list tells it')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output) => {
      const { removeSubscription } = await import('./remove.ts');
      await removeSubscription(name, options, context);
    });
  notifications
    .command('test')
    .description('Sends a test event to each place of a subscription now, and prints what was answered.')
    .argument('<name>', 'as the list tells it')
    .option('--json', 'print one JSON object')
    .action(async (name: string, options: Output) => {
      const { testSubscription } = await import('./test.ts');
      await testSubscription(name, options, context);
    });
  notifications
    .command('deliveries')
    .description('Lists what was sent, waits or was given up, newest first; or has one sent again.')
    .option('--of <name>', 'those of one subscription')
    .option('--state <state>', 'waiting, delivered or failed')
    .option('--limit <count>', 'how many, 1 to 200', '50')
    .option('--retry <id>', 'have this one sent again now')
    .option('--json', 'print one JSON object')
    .action(async (options: DeliveriesOptions) => {
      const { deliveries } = await import('./deliveries.ts');
      await deliveries(options, context);
    });
  mailServer(notifications).action(async (options: MailServerOptions) => {
    const { mailServer: run } = await import('./mail-server.ts');
    await run(options, context);
  });
  notifications
    .command('allow')
    .description('Shows or changes where webhooks may go, and how people reach the console; only a Root changes it.')
    .argument('[address]', 'scheme, host and port, such as https://hooks.example:8443')
    .option('--local', 'it may lead to the console’s machine itself, or to a link-local address')
    .option('--withdraw', 'allow it no more')
    .option('--console-url <url>', 'how people reach the console, for links; empty for none')
    .option('--json', 'print one JSON object')
    .action(async (address: string | undefined, options: AllowOptions) => {
      const { allowAddress } = await import('./allow.ts');
      await allowAddress(address, options, context);
    });
};

function withSubscription(command: Command): Command {
  return command
    .option('--webhook <url>', 'send signed requests to this address, which has to be allowed')
    .option('--ca-file <file>', 'trust the CA certificates in this file (PEM) for the webhook')
    .option('--key-file <file>', 'sign with the key in this file (whsec_…), - for standard input')
    .option('--mail <addresses>', 'send mail to these addresses, with commas between')
    .option('--kinds <kinds>', 'what is told, with commas between; all for everything')
    .option('-o, --output <file>', 'write a new key there, readable by you alone, and print none')
    .option('--json', 'print one JSON object');
}

function mailServer(notifications: Command): Command {
  return notifications
    .command('mail-server')
    .description('Shows, sets, tries or forgets the mail server; what is not given stays.')
    .option('--host <name>', 'its name or address')
    .option('--port <number>', 'its port; 587 with starttls, 465 with tls, 25 with none, where it was not set')
    .option('--security <kind>', 'starttls, tls (from the start) or none (and then no login)')
    .option('--ca-file <file>', 'trust the CA certificates in this file (PEM) beside those of the system')
    .option('--user <name>', 'sign in so; empty for no login')
    .option('--password-file <file>', 'read the password from a file, - for standard input')
    .option('--from <address>', 'where mail comes from')
    .option('--test <address>', 'send a test mail there now, and print what the server answered')
    .option('--off', 'forget it')
    .option('--json', 'print one JSON object');
}

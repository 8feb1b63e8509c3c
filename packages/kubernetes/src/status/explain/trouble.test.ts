// Longer than most: each reason for which a pod does not come up, as kubelet, scheduler and runtimes word it.
import { describe, expect, it } from 'vitest';
import { readiness } from '../readiness.ts';
import { condition, eventOf, objectOf, podOf } from '../testing/objects.ts';
import { registryOf } from './image.ts';

const pending = { phase: 'Pending' };
const waiting = (reason: string, message = '', more: object = {}) => ({
  phase: 'Pending',
  containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { waiting: { reason, message } }, ...more }],
});

describe('a pod without its image', () => {
  const image = 'registry.site:5000/shop/web:2';

  it.each([
    ['ErrImagePull', 'manifest unknown: manifest unknown', 'Push the image'],
    ['ImagePullBackOff', 'failed to authorize: 401 Unauthorized', 'Check the pull secret'],
    [
      'ImagePullBackOff',
      'tls: failed to verify certificate: x509: certificate signed by unknown authority',
      'Give the nodes the authority',
    ],
    ['ErrImagePull', 'dial tcp: lookup registry.site: no such host', 'Check that the registry runs'],
    ['ErrImagePull', 'toomanyrequests: You have reached your pull rate limit', 'limits how often'],
    ['ErrImagePull', 'something new', 'Check that the registry holds the image'],
    ['ErrImageNeverPull', 'Container image is not present with pull policy of Never', 'imagePullPolicy'],
  ])('names image and registry with %s, and what helps against %s', (reason, message, remedy) => {
    expect(readiness(podOf(waiting(reason, message)))).toMatchObject({
      state: 'progressing',
      wait: {
        what: `Pod shop/web-0 can't get the image ${image} of its container app from registry.site:5000: ${reason}`,
        level: 'blocked',
        reference: message,
        remedy: expect.stringContaining(remedy) as string,
        object: { kind: 'Pod', name: 'shop/web-0' },
      },
    });
  });

  it('is told by its event where the state only says that it backs off', () => {
    const pod = podOf(waiting('ImagePullBackOff', `Back-off pulling image "${image}"`));
    const events = [
      eventOf(pod, 'Failed', `Failed to pull image "${image}": denied`),
      eventOf(pod, 'Failed', `Failed to pull image "other": not found`, { lastTimestamp: '2026-11-01T12:01:00Z' }),
    ];
    expect(readiness(pod, { events }).wait).toMatchObject({
      reference: expect.stringContaining('denied') as string,
      remedy: expect.stringContaining('pull secret') as string,
      since: '2026-11-01T12:00:00.000Z',
    });
  });

  it('is not told by an event of an earlier pod of its name', () => {
    const pod = podOf(waiting('ImagePullBackOff', 'Back-off'));
    const earlier = podOf({}, { metadata: { uid: 'earlier' } });
    const events = [eventOf(earlier, 'Failed', `Failed to pull image "${image}": denied`)];
    expect(readiness(pod, { events }).wait?.reference).toBe('Back-off');
  });

  it.each([
    ['registry.site/shop/web', 'registry.site'],
    ['localhost/web', 'localhost'],
    ['registry:5000/web', 'registry:5000'],
    ['shop/web:2', 'docker.io'],
    ['web', 'docker.io'],
    ['web.v2', 'docker.io'],
  ])('of %s is pulled from %s', (image, registry) => {
    expect(registryOf(image)).toBe(registry);
  });
});

describe('a pod whose container ends', () => {
  const ended = (terminated: object, restartCount = 5) => ({
    containerStatuses: [
      {
        name: 'app',
        ready: false,
        restartCount,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated },
      },
    ],
  });

  it('tells exit code and last words', () => {
    const words = 'x'.repeat(2000);
    const { wait } = readiness(
      podOf(
        ended({
          exitCode: 3,
          reason: 'Error',
          message: `db: password=hunter2 refused\n${words}`,
          finishedAt: '2026-11-01T12:30:00Z',
        }),
      ),
    );
    expect(wait).toMatchObject({
      what: 'Pod shop/web-0 has a container that ends again and again: app ended with exit code 3, and was started anew 5 times',
      level: 'stalled',
      since: '2026-11-01T12:30:00.000Z',
      remedy: expect.stringContaining('kubectl logs -n shop web-0 -c app --previous') as string,
    });
    expect(wait?.reference).toMatch(/^db: password=\*\*\* refused x+…$/);
    expect(wait?.reference?.length).toBeLessThanOrEqual(500);
  });

  it('tells memory and its own probe apart', () => {
    expect(readiness(podOf(ended({ exitCode: 137, reason: 'OOMKilled' }))).wait).toMatchObject({
      what: expect.stringContaining('out of memory') as string,
      remedy: expect.stringContaining('memory limit') as string,
    });
    const pod = podOf(ended({ exitCode: 137, reason: 'Error' }));
    const events = [eventOf(pod, 'Unhealthy', 'Liveness probe failed: HTTP probe failed with statuscode: 500')];
    expect(readiness(pod, { events }).wait).toMatchObject({
      reference: events[0]?.['message'],
      remedy: expect.stringContaining('give the probe more time') as string,
    });
    expect(readiness(pod).wait?.remedy).toContain('why it ends');
  });

  it('says it of an init container too, and of a try of a Job', () => {
    const spec = { initContainers: [{ name: 'init', image: 'x' }], containers: [{ name: 'app', image: 'x' }] };
    const init = { name: 'init', ready: false, restartCount: 1, state: { terminated: { exitCode: 2 } } };
    expect(readiness(podOf({ phase: 'Pending', initContainerStatuses: [init] }, { spec })).wait?.what).toContain(
      'init ended with exit code 2',
    );
    const once = {
      containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { terminated: { exitCode: 1 } } }],
    };
    expect(readiness(podOf(once)).wait?.what).toBe(
      'Pod shop/web-0 has a container that failed: app ended with exit code 1',
    );
    const well = {
      containerStatuses: [{ name: 'app', ready: false, restartCount: 0, state: { terminated: { exitCode: 0 } } }],
    };
    expect(readiness(podOf(well)).wait?.level).toBe('moving');
  });
});

describe('a pod that is not started', () => {
  it('says what the scheduler says', () => {
    const message = "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector.";
    const conditions = [condition('PodScheduled', 'False', { reason: 'Unschedulable', message })];
    expect(readiness(podOf({ ...pending, conditions }))).toMatchObject({
      wait: {
        what: 'Pod shop/web-0 finds no node',
        level: 'blocked',
        reference: message,
        since: '2026-11-01T11:00:00.000Z',
      },
    });
    expect(readiness(podOf({ ...pending, conditions: [condition('PodScheduled', 'True')] })).wait?.level).toBe(
      'moving',
    );
  });

  it('says that its gates are closed', () => {
    const conditions = [condition('PodScheduled', 'False', { reason: 'SchedulingGated' })];
    expect(readiness(podOf({ ...pending, conditions })).wait?.what).toContain('scheduling gates');
  });

  it('says what its container lacks', () => {
    expect(readiness(podOf(waiting('CreateContainerConfigError', 'secret "web" not found'))).wait).toMatchObject({
      level: 'blocked',
      reference: 'secret "web" not found',
      what: expect.stringContaining("can't start its container app") as string,
    });
    expect(readiness(podOf(waiting('ContainerCreating'))).wait?.level).toBe('moving');
  });

  const spec = {
    containers: [{ name: 'app', image: 'x' }],
    volumes: [{ persistentVolumeClaim: { claimName: 'data' } }],
  };
  const claim = (namespace: string) =>
    objectOf(
      'v1',
      'PersistentVolumeClaim',
      { spec: { storageClassName: 'fast' }, status: pending },
      { name: 'data', namespace, uid: 'claim' },
    );
  const message = '0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.';
  const unbound = {
    ...pending,
    conditions: [condition('PodScheduled', 'False', { reason: 'Unschedulable', message })],
  };

  it('says which claim it waits for, and what that waits for', () => {
    const events = [eventOf(claim('shop'), 'ProvisioningFailed', 'datastore is full')];
    const { wait } = readiness(podOf(unbound, { spec }), {
      claims: [claim('shop')],
      events,
      storageClasses: [objectOf('storage.k8s.io/v1', 'StorageClass', {}, { name: 'fast' })],
    });
    expect(wait).toMatchObject({
      object: { kind: 'PersistentVolumeClaim', name: 'shop/data' },
      reference: 'datastore is full',
      level: 'blocked',
    });
  });

  it('does not blame a claim of another namespace, or one that the scheduler does not name', () => {
    expect(readiness(podOf(unbound, { spec }), { claims: [claim('other')] }).wait?.object?.kind).toBe('Pod');
    const cpu = {
      ...pending,
      conditions: [
        condition('PodScheduled', 'False', { reason: 'Unschedulable', message: '0/3 nodes: Insufficient cpu.' }),
      ],
    };
    expect(readiness(podOf(cpu, { spec }), { claims: [claim('shop')] }).wait?.reference).toContain('Insufficient cpu');
  });

  it.each(['FailedMount', 'FailedAttachVolume'])('says that its volume does not come: %s', (reason) => {
    const pod = podOf(waiting('ContainerCreating'), { spec });
    const events = [eventOf(pod, reason, 'Multi-Attach error for volume "pvc-1"')];
    expect(readiness(pod, { events }).wait).toMatchObject({
      level: 'stalled',
      what: expect.stringContaining('gets no volume') as string,
      reference: 'Multi-Attach error for volume "pvc-1"',
    });
  });

  it('says that its sandbox does not come', () => {
    const pod = podOf(waiting('ContainerCreating'));
    const events = [eventOf(pod, 'FailedCreatePodSandBox', 'plugin type="calico" failed')];
    expect(readiness(pod, { events }).wait).toMatchObject({
      level: 'stalled',
      reference: 'plugin type="calico" failed',
    });
    const normal = [eventOf(pod, 'Pulling', 'Pulling image', { type: 'Normal' })];
    expect(readiness(pod, { events: normal }).wait?.level).toBe('moving');
  });
});

describe('a pod that runs', () => {
  const running = {
    containerStatuses: [
      {
        name: 'app',
        ready: false,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: '2026-11-01T11:30:00Z' } },
      },
    ],
  };

  it('and is not ready says what its probe says', () => {
    const pod = podOf(running);
    expect(readiness(pod).wait).toMatchObject({
      level: 'moving',
      what: expect.stringContaining('not ready: app') as string,
      since: '2026-11-01T11:30:00.000Z',
    });
    const events = [
      eventOf(pod, 'Unhealthy', 'Readiness probe failed: dial tcp 10.0.0.7:8080: connect: connection refused'),
    ];
    expect(readiness(pod, { events }).wait).toMatchObject({
      reference: events[0]?.['message'],
      what: expect.stringContaining('its probe fails') as string,
    });
  });

  it('in its init container, or is still starting, says so', () => {
    const spec = {
      initContainers: [
        { name: 'init', image: 'x' },
        { name: 'side', image: 'x', restartPolicy: 'Always' },
      ],
    };
    const init = (name: string) => ({ name, ready: false, started: false, restartCount: 0, state: { running: {} } });
    expect(
      readiness(podOf({ phase: 'Pending', initContainerStatuses: [init('init')] }, { spec })).wait?.what,
    ).toContain('waits for its init container init');
    expect(
      readiness(podOf({ phase: 'Pending', initContainerStatuses: [init('side')] }, { spec })).wait?.what,
    ).toContain('still starting: side');
  });

  it('has the container that can not go on named before the one that takes its time', () => {
    const second = {
      name: 'side',
      ready: false,
      restartCount: 3,
      state: { waiting: { reason: 'CrashLoopBackOff' } },
      lastState: { terminated: { exitCode: 1 } },
    };
    expect(readiness(podOf({ containerStatuses: [...running.containerStatuses, second] })).wait?.what).toContain(
      'side ended',
    );
  });
});

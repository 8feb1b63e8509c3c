import { expect, it } from 'vitest';
import { readMetrics } from './requested-apis.ts';

it('reads which APIs that go somebody has asked for, each once', () => {
  const metric = 'apiserver_requested_deprecated_apis';
  const text = [
    `# HELP ${metric} [STABLE] Gauge of deprecated APIs that have been requested`,
    `${metric}{group="storage.k8s.io",removed_release="1.37",resource="volumeattributesclasses",subresource="",version="v1beta1"} 1`,
    `${metric}{group="storage.k8s.io",removed_release="1.37",resource="volumeattributesclasses",subresource="status",version="v1beta1"} 1`,
    `${metric}{group="",removed_release="",resource="componentstatuses",subresource="",version="v1"} 1`,
    `${metric}{group="batch",removed_release="1.25",resource="cronjobs",subresource="",version="v1beta1"} 0`,
    `${metric}_other{removed_release="1.37"} 1`,
  ].join('\n');
  const [group, version, resource] = ['storage.k8s.io', 'v1beta1', 'volumeattributesclasses'];
  const name = `${group}/${version} ${resource}`;
  expect(readMetrics(text)).toEqual([{ name, group, version, resource, removedIn: 37 }]);
});

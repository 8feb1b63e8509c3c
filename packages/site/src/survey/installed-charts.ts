import type { InstalledChart } from '@sealift/core/adoption';
import { type NewestRevision, newestRevisions } from '@sealift/kubernetes/helm-newest-revisions';
import type { Objects } from '@sealift/kubernetes/objects';
import type { Cancel } from '@sealift/upgrade/ports/cancel';
import { z } from 'zod';

const values = z.record(z.string(), z.unknown()).nullish();
/** What Helm's record of a revision says of its chart and of what its user gave (Helm, `pkg/release/v1/release.go`). */
const chartSchema = z.object({
  chart: z.object({ metadata: z.object({ name: z.string(), version: z.string() }), values }),
  config: values,
});

/** The releases of Helm in a cluster, each by its newest revision, with what its user gave. @throws KUBERNETES_… */
export async function installedCharts(objects: Objects, cancel: Cancel): Promise<readonly InstalledChart[]> {
  const found: InstalledChart[] = [];
  for await (const revision of newestRevisions(objects, cancel)) found.push(chartOf(revision));
  return found;
}

function chartOf({ namespace, name, revision, stored }: NewestRevision): InstalledChart {
  const place = { namespace, name, revision };
  const read = chartSchema.safeParse(stored?.record);
  if (stored === undefined || !read.success) {
    return { ...place, chart: '', version: '', status: 'unreadable', values: {}, defaults: {} };
  }
  const { chart, config } = read.data;
  return {
    ...place,
    chart: chart.metadata.name,
    version: chart.metadata.version,
    status: stored.status,
    values: config ?? {},
    defaults: chart.values ?? {},
  };
}

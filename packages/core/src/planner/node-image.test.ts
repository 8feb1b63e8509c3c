import { describe, expect, it } from 'vitest';
import { decideNodeImage } from './node-image.ts';
import { release } from './plan.fixture.ts';

describe('decideNodeImage', () => {
  it.each([
    ['Kubernetes changes', '1.26.8', 'a.ova', '1.26.10', 'b.ova', true],
    ['Kubernetes changes and the name does not', '1.26.8', 'a.ova', '1.26.10', 'a.ova', true],
    ['the image changes', '1.26.8', 'a.ova', '1.26.8', 'b.ova', true],
    ['the installed image is not known', '1.26.8', undefined, '1.26.8', 'b.ova', true],
    ['nothing changes', '1.26.8', 'a.ova', '1.26.8', 'a.ova', false],
    ['the release brings none', '1.26.8', 'a.ova', '1.26.8', undefined, false],
  ])('when %s', (_, oldKubernetes, oldOva, newKubernetes, newOva, needed) => {
    const decision = decideNodeImage(
      release({ version: '1.0.0', kubernetes: oldKubernetes, ova: oldOva }),
      release({ version: '1.0.1', kubernetes: newKubernetes, ova: newOva }),
    );
    expect(decision.needed).toBe(needed);
    expect(decision).toMatchObject({ kubernetesFrom: oldKubernetes, kubernetesTo: newKubernetes });
    expect(decision.template).toBe(newOva === undefined ? undefined : `r_${newOva.replace('.ova', '')}`);
    expect(decision.reason).toMatch(/\.$/);
  });

  it('goes by the content of the image, not by its name', () => {
    const one = release({ version: '1.0.0', kubernetes: '1.26.8', ova: 'a.ova' });
    const other = release({ version: '1.0.1', kubernetes: '1.26.8', ova: 'a.ova' });
    if (other.spec.nodeImage) other.spec.nodeImage.sha256 = 'f'.repeat(64);
    expect(decideNodeImage(one, other).needed).toBe(true);
  });

  it('needs an image that nobody brings when Kubernetes changes without one', () => {
    const decision = decideNodeImage(
      release({ version: '1.0.0', kubernetes: '1.26.8', ova: 'a.ova' }),
      release({ version: '1.0.1', kubernetes: '1.26.10' }),
    );
    expect(decision).toMatchObject({ needed: true });
    expect(decision.template).toBeUndefined();
  });
});

const form = /^([+-]?\d{1,30}(?:\.\d{1,12})?)(m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?$/;
const factors: ReadonlyMap<string, number> = new Map([
  ['m', 1e-3],
  ...['k', 'M', 'G', 'T', 'P', 'E'].map((suffix, index) => [suffix, 1000 ** (index + 1)] as const),
  ...['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'].map((suffix, index) => [suffix, 1024 ** (index + 1)] as const),
]);

/** The number that a quantity of Kubernetes means (`resource.Quantity`): `500m` is 0.5, `10Gi` is 10737418240; undefined for anything else. */
export function quantityOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const [, digits, suffix] = form.exec(value) ?? [];
  if (digits === undefined) return undefined;
  return Number(digits) * (suffix === undefined ? 1 : (factors.get(suffix) ?? Number.NaN));
}

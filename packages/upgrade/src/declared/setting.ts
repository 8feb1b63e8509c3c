import type { SetField } from '@sealift/core/release';
import type { Standing } from '../ports/declared.ts';
import { placeText } from './owning.ts';
import { refused } from './refused.ts';

/**
 * How far a field is.
 *
 * @param now what it is; undefined where the object has no such field
 * @throws DECLARED_STEP_REFUSED
 */
export function settingOf({ object, field, from, to }: SetField, now: unknown): Standing {
  const place = placeText(object);
  if (now === to) {
    return {
      state: 'done',
      message: `${field} of ${place} is ${to}`,
      evidence: { object: place, field, value: String(to) },
    };
  }
  if (from.some((one) => one === now)) {
    return { state: 'act', message: `Setting ${field} of ${place} from ${String(now)} to ${to}` };
  }
  const isText = typeof now === 'string' || typeof now === 'number' || typeof now === 'boolean';
  const seen = isText ? String(now).slice(0, 100) : 'of another form';
  throw refusedSetting(
    { object, field },
    `it is ${now === undefined ? 'not set' : seen}, and not ${from.join(' or ')}`,
    'Bring it to one of these first, or ask the vendor of the release.',
  );
}

/** That a field may not be set. */
export function refusedSetting(
  { object, field }: Pick<SetField, 'object' | 'field'>,
  reason: string,
  remedy: string,
): ReturnType<typeof refused> {
  const { kind, namespace, name } = object;
  const what = `setting ${field} of ${placeText(object)}`;
  return refused({ what, kind, name: namespace === undefined ? name : `${namespace}/${name}` }, reason, remedy);
}

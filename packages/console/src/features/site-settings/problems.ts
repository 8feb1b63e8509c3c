import type { SitePlaces } from '@sealift/core/api';
import { type SiteCheck, type SiteField, siteFields } from '@sealift/core/site';
import { ProblemError } from '../../api/http.ts';
import { placeKeys } from './site-form.ts';

/** What is wrong, by the field that it is about. */
export type Problems = Readonly<Partial<Record<SiteField, string>>>;

/** What each look found, where the server looked at all. */
export function checksOf(error: unknown): readonly SiteCheck[] {
  return error instanceof ProblemError ? (error.problem.checks ?? []) : [];
}

/** What a refusal says of each field. */
export function problemsOf(error: unknown): Problems {
  if (!(error instanceof ProblemError)) return {};
  const looks = checksOf(error).filter(({ outcome }) => outcome === 'block' || outcome === 'unknown');
  if (looks.length > 0) return Object.fromEntries(looks.map(({ field, detail }) => [field, detail]));
  const { place = '', detail } = error.problem;
  const field = siteFields.find((one) => place === `body.${one}` || place.startsWith(`body.${one}.`));
  return field === undefined ? {} : { [field]: detail };
}

/** Those that are about places. */
export function placeProblems(problems: Problems): Readonly<Partial<Record<keyof SitePlaces, string>>> {
  return Object.fromEntries(
    placeKeys.flatMap((key) => {
      const problem = problems[`places.${key}`];
      return problem === undefined ? [] : [[key, problem]];
    }),
  );
}

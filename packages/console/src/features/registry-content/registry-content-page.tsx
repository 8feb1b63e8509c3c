import './registry-content.css';
import { useParams, useSearchParams } from 'react-router';
import { RepositoriesPage } from './repositories-page.tsx';
import { RepositoryPage } from './repository-page.tsx';

/** What a registry holds: its repositories, or what one of them has. */
export function RegistryContentPage() {
  const { name = '', what } = useParams();
  const [search] = useSearchParams();
  const repository = search.get('repository');
  if (what !== 'contents' || repository === null) return <RepositoriesPage registry={name} />;
  return <RepositoryPage key={repository} registry={name} repository={repository} />;
}

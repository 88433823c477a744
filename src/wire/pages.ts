import type { Hono } from 'hono';
import type { PagesAccess } from '#config/environment.ts';
import { cachePortfolio, type PortfolioCacheDeps } from '#reconciler/portfolio/portfolio-cache.ts';
import { createPortfolioReader, type PortfolioDeps } from '#reconciler/portfolio/portfolio-reader.ts';
import { createPortfolioPages } from '#service/portfolio-pages.ts';

/** The pages of the service for whoever may see them; nothing when nobody may. */
export function wirePages(
  access: PagesAccess,
  deps: PortfolioDeps & Omit<PortfolioCacheDeps, 'reader'>,
): { readonly pages?: Hono } {
  if (access.kind === 'off') return {};
  const portfolio = cachePortfolio({
    reader: createPortfolioReader(deps),
    clock: deps.clock,
    logger: deps.logger,
  });
  const password = access.kind === 'password' ? access.password : null;
  return { pages: createPortfolioPages({ portfolio, password }) };
}

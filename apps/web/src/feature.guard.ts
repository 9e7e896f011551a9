import { Injectable, NotFoundException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { features } from './features.js';
import { Sites } from './views/sites.js';

/**
 * Several sites share this process: what is switched on at one of them is part of it, and not there at the others.
 * Where no site has it, the module is no part of the process and needs no guard.
 */
@Injectable()
export class FeatureGuard implements CanActivate {
  readonly #needs = new Map<unknown, readonly string[]>();

  constructor(
    private readonly modules: ModulesContainer,
    private readonly sites: Sites,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { modules } = this.sites.of(context.switchToHttp().getRequest<FastifyRequest>());
    const controller = context.getClass();
    const needs = this.#needs.get(controller) ?? this.#find(controller);
    if (needs.every((name) => modules.has(name))) return true;
    throw new NotFoundException();
  }

  #find(controller: unknown): readonly string[] {
    const owner = [...this.modules.values()].find(({ controllers }) =>
      [...controllers.values()].some(({ metatype }) => metatype === controller),
    );
    const needs = features.find(({ module }) => module === owner?.metatype)?.needs ?? [];
    this.#needs.set(controller, needs);
    return needs;
  }
}

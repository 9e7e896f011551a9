import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
} from 'typeorm';
import type { PageKind, PageStatus } from './page-kinds.js';

/** A page of the site, or a post in its news. */
@Entity({ name: 'pages' })
@Check('pages_kind_check', `kind IN ('page', 'post')`)
@Check('pages_status_check', `status IN ('draft', 'published')`)
// The descending column and the expression of these are the migrations': TypeORM cannot say them.
@Index('pages_public_idx', { synchronize: false })
@Index('pages_slug_site_key', { synchronize: false })
export class Page {
  @PrimaryGeneratedColumn('uuid', { name: 'id', primaryKeyConstraintName: 'pages_pkey' })
  id: string;

  @Column({ name: 'kind', type: 'text', default: 'page' })
  kind: PageKind;

  @Column({ name: 'slug', type: 'text' })
  slug: string;

  /** The site that shows it; without one, every site does. */
  @Column({ name: 'site', type: 'text', nullable: true })
  site: string | null;

  @Column({ name: 'title', type: 'text' })
  title: string;

  @Column({ name: 'summary', type: 'text', default: '' })
  summary: string;

  /** Markdown; HTML inside it is shown as text. */
  @Column({ name: 'body', type: 'text', default: '' })
  body: string;

  /** Path of a public image in the media library. */
  @Column({ name: 'hero_path', type: 'text', nullable: true })
  heroPath: string | null;

  @Column({ name: 'hero_alt', type: 'text', default: '' })
  heroAlt: string;

  @Column({ name: 'status', type: 'text', default: 'draft' })
  status: PageStatus;

  /** Smaller comes first; without one, the page is not in the menu. */
  @Column({ name: 'menu_position', type: 'integer', nullable: true })
  menuPosition: number | null;

  @Column({ name: 'published_at', type: 'timestamptz', nullable: true })
  publishedAt: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}

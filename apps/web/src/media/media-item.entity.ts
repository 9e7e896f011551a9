import { Column, CreateDateColumn, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';

const bigintAsNumber = { to: (value: number) => value, from: Number };

/** What the library knows of one file beside its content. */
@Entity({ name: 'media' })
@Unique('media_path_key', ['path'])
@Index('media_created_at_idx', { synchronize: false })
export class MediaItem {
  @PrimaryGeneratedColumn('uuid', { name: 'id', primaryKeyConstraintName: 'media_pkey' })
  id: string;

  /** Below the media root: `public/harbour.jpg`. */
  @Column({ name: 'path', type: 'text' })
  path: string;

  /** The site that serves it; without one, every site does. */
  @Column({ name: 'site', type: 'text', nullable: true })
  site: string | null;

  /** As the uploader called it. */
  @Column({ name: 'original_name', type: 'text' })
  originalName: string;

  /** What the picture shows, for those who do not see it. */
  @Column({ name: 'alt', type: 'text', default: '' })
  alt: string;

  @Column({ name: 'content_type', type: 'text' })
  contentType: string;

  @Column({ name: 'size_bytes', type: 'bigint', transformer: bigintAsNumber })
  sizeBytes: number;

  /** Of the content, hex; unknown for files that did not come by upload. */
  @Column({ name: 'sha256', type: 'text', nullable: true })
  sha256: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}

-- The bytes of raw pages, kept once whoever has them; and when this archive came out of a backup.
-- 原始网页的字节：相同内容只存一份；以及本库从备份恢复的时间。

create table archive.body (
    sha256 bytea primary key,
    bytes bytea not null
);
-- They are compressed already.
alter table archive.body alter column bytes set storage external;
comment on table archive.body is 'Raw pages: zstd-compressed bytes by the SHA-256 of those bytes; equal pages share one row. 原始网页（zstd 压缩），以压缩后字节的 SHA-256 为键，相同的只存一份。';

create function archive.keep(bytes bytea) returns bytea language sql
set search_path = pg_catalog
as $$
    -- An update even if nothing changes: it locks the bytes against prune until the row that needs
    -- them is committed.
    insert into archive.body values (sha256(bytes), bytes)
    on conflict (sha256) do update set sha256 = excluded.sha256
    returning sha256
$$;
comment on function archive.keep is 'Keeps compressed bytes for the row about to name them; their SHA-256. 为即将引用的行保存压缩字节，返回其 SHA-256。';

insert into archive.body
select sha256(body), body from archive.page where body is not null on conflict do nothing;
insert into archive.body
select sha256(body), body from archive.continuation where body is not null on conflict do nothing;

-- A new value for every row writes the tables anew, so that the old bytes free their disk.
alter table archive.page alter column body type bytea using sha256(body);
alter table archive.continuation alter column body type bytea using sha256(body);
alter table archive.page add foreign key (body) references archive.body;
alter table archive.continuation add foreign key (body) references archive.body;
create index page_body on archive.page (body) where body is not null;
create index continuation_body on archive.continuation (body) where body is not null;
comment on column archive.page.body is 'Its bytes in archive.body; null once the retention policy removed them. 指向 archive.body；超过保留期后为空。';
comment on column archive.continuation.body is 'Its bytes in archive.body; null once the retention policy removed them. 指向 archive.body；超过保留期后为空。';

-- A restore adds it too, before older backups are brought forward.
alter table archive.deployment add column if not exists restored_at timestamptz;
comment on column archive.deployment.restored_at is 'When it was last restored from a backup; editions that ended before are not mailed. 最近一次从备份恢复的时间；此前截稿的各期不再发送。';

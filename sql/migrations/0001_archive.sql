-- The private tables. Users query the schema news, never this one, so tables may change.
-- 内部表。用户只查询 news 模式，不直接查询这里，因此表结构可以演进。

create schema archive;
comment on schema archive is 'Private tables of Jianbao; query the schema news instead. 简报的内部表，请查询 news 模式。';

create table archive.deployment (
    only_row boolean primary key default true check (only_row),
    kind text not null check (kind in ('live', 'demo')),
    created_at timestamptz not null
);
comment on table archive.deployment is 'Which deployment this database belongs to: demo and live never meet. 本库属于演示还是正式部署，二者永不混用。';

create table archive.source (
    id text primary key check (id ~ '^[a-z0-9_]+$'),
    name text not null,
    homepage text not null,
    enabled boolean not null,
    synced_at timestamptz not null
);
comment on table archive.source is 'The publishers of the registry, as last synced. 登记的来源，最近一次同步的状态。';

create table archive.entry_point (
    source text not null references archive.source,
    url text not null,
    etag text not null default '',
    last_modified text not null default '',
    polled_at timestamptz not null,
    found integer not null,
    error text not null default '',
    primary key (source, url)
);
comment on table archive.entry_point is 'Where links are found, and how the last look went. 链接入口及最近一次访问的结果。';

create table archive.claim (
    name text primary key,
    holder text not null,
    claimed_until timestamptz not null
);
comment on table archive.claim is 'Committed claims of long work, such as a crawl shard; free when past claimed_until. 长任务的占用登记，过期即可被接管。';

create table archive.link (
    id bigint generated always as identity primary key,
    source text not null references archive.source,
    key text not null unique,
    url text not null,
    title text not null default '',
    published_at timestamptz,
    first_seen timestamptz not null,
    stamp text not null default '',
    pending boolean not null default true,
    attempts integer not null default 0,
    retry_at timestamptz,
    outcome text,
    reason text not null default '',
    decided_at timestamptz,
    check (pending or outcome is not null or attempts > 0)
);
comment on table archive.link is 'Frontier and ledger: every discovered address and its one outcome. 待抓取队列与总账：每个发现的地址及其唯一结局。';
create index link_pending on archive.link (source, id) where pending;
create index link_first_seen on archive.link (first_seen);

create table archive.page (
    id bigint generated always as identity primary key,
    link bigint not null references archive.link,
    url text not null,
    fetched_at timestamptz not null,
    status integer not null,
    content_type text not null default '',
    body bytea not null,
    sha256 bytea not null,
    read_at timestamptz,
    attempts integer not null default 0
);
comment on table archive.page is 'Pages as fetched: zstd-compressed bytes, because fetching cannot be repeated. 原始网页（zstd 压缩），因为抓取无法重来。';
create index page_link on archive.page (link, id desc);
create index page_unread on archive.page (id) where read_at is null;

create table archive.text (
    hash bytea primary key,
    content text not null
);
comment on table archive.text is 'Article texts by SHA-256; reprints share one row. 正文，按 SHA-256 存一份，转载共用。';

create table archive.article (
    id bigint generated always as identity primary key,
    link bigint not null references archive.link,
    part integer not null check (part >= 1),
    page bigint not null references archive.page,
    title text not null,
    text_hash bytea not null references archive.text,
    fingerprint bytea not null,
    authors text[] not null,
    editor text not null,
    origin text not null,
    published_at timestamptz,
    date_precision text not null check (date_precision in ('', 'minute', 'day')),
    section text not null,
    page_keywords text[] not null,
    first_seen timestamptz not null,
    extracted_at timestamptz not null,
    unique (link, part)
);
comment on table archive.article is 'Articles as extracted; one page may hold several parts. 抽取出的文章；一个网页可以含多篇。';
create index article_first_seen on archive.article (first_seen);
create index article_fingerprint on archive.article (fingerprint);

create table archive.revision (
    article bigint not null references archive.article,
    number integer not null check (number >= 1),
    title text not null,
    text_hash bytea not null references archive.text,
    page bigint not null references archive.page,
    replaced_at timestamptz not null,
    primary key (article, number)
);
comment on table archive.revision is 'Earlier versions of articles that their publishers changed. 被发布者修改过的文章的旧版本。';

create table archive.summary (
    article bigint primary key references archive.article,
    text_hash bytea not null references archive.text,
    summary text not null,
    spans jsonb not null,
    keywords text[] not null,
    technologies text[] not null,
    industries text[] not null,
    topic text not null,
    events jsonb not null,
    method text not null,
    reason text not null,
    made_at timestamptz not null
);
comment on table archive.summary is 'What each article says; made for the text with this hash. 每篇文章的总结与标注。';
create index summary_text on archive.summary (text_hash);

create table archive.edition (
    day date primary key,
    window_start timestamptz not null,
    window_end timestamptz not null,
    composed_at timestamptz not null,
    subject text not null,
    html text not null,
    text text not null,
    counts jsonb not null
);
comment on table archive.edition is 'Frozen daily digests. 已定稿的每日简报。';

create table archive.subscriber (
    id bigint generated always as identity primary key,
    address text not null unique,
    active boolean not null default true,
    added_at timestamptz not null
);
comment on table archive.subscriber is 'Readers of the digest; private. 订阅者，非公开。';

create table archive.delivery (
    id bigint generated always as identity primary key,
    edition date not null references archive.edition,
    channel text not null default 'mail',
    reader bigint not null references archive.subscriber,
    state text not null default 'queued'
        check (state in ('queued', 'sending', 'sent', 'failed', 'unknown')),
    attempts integer not null default 0,
    claimed_until timestamptz,
    error text not null default '',
    queued_at timestamptz not null,
    settled_at timestamptz,
    unique (edition, channel, reader)
);
comment on table archive.delivery is 'The outbox: one edition to one reader, at most once. 发件箱：每期每人至多一封。';

create table archive.run (
    id bigint generated always as identity primary key,
    command text not null,
    started_at timestamptz not null,
    ended_at timestamptz,
    counts jsonb not null default '{}',
    error text not null default ''
);
comment on table archive.run is 'The run log: every command that worked on the archive. 运行日志。';

import type { SetupMessages } from './setup-en.ts';

export const setupJa: SetupMessages = {
  title: {
    setup: (company) => `${company} のシングルサインオンの設定`,
    secret: (company) => `${company} の新しい Client Secret`,
    replace: (company) => `${company} の JumpCloud アプリケーションの置き換え`,
  },
  open: {
    text: (product) =>
      `このリンクで JumpCloud を ${product} に接続します。会社で JumpCloud を管理している方のためのリンクです。`,
    care: (until) =>
      `リンクを知っている人は誰でも使用できます。ほかの人に渡さないでください。有効期限: ${until}`,
    button: '始める',
  },
  intro: '手順はどの順番でも、別の日でも行えます。同じリンクをもう一度開いてください。',
  introReplace:
    '最後の手順までは何も変わらず、これまでどおりサインインできます。まず、お持ちのドメインに新しい DNS レコードが必要です。',
  state: { done: '完了', todo: '未完了', waiting: '待機中' },
  updated: 'ページが更新されました。',
  steps: {
    jumpcloud: 'JumpCloud でアプリケーションを作成する',
    domains: 'ドメインを証明する',
    client: 'Client ID と Client Secret',
    secret: '新しい Client Secret',
    test: 'サインインをテストする',
    people: '接続されるユーザー',
    enable: 'シングルサインオンを有効にする',
  },
  jumpcloud: {
    portal:
      'JumpCloud Admin Portal にサインインし、「SSO Applications」を開いて「+ Add New Application」をクリックします。',
    custom: '「Custom Application」を選択し、「Next」をクリックします。',
    features:
      '「Manage Single Sign-On (SSO)」を選択し、続いて「Configure SSO with OIDC」を選択します。最初は SAML が選択されているので、必ず確認してください。「Next」をクリックします。',
    label: 'Display Label',
    portalTile:
      '「Show application in User Portal」を選択し、「Next」、「Configure Application」の順にクリックします。',
    logo: '「User Portal Image」用の画像',
    grant: '「Grant type」で「Refresh Token」を選択します。',
    redirect: 'Redirect URI',
    authentication: 'Client Authentication Type',
    login: 'Login URL',
    scopes: '「Attribute Mapping」で Standard Scopes の「Email」と「Profile」を有効にします。',
    activate: '「Activate」をクリックします。「Save」だけでは不十分です。',
    copyBoth:
      'JumpCloud は Client ID と Client Secret を一度だけ表示します。両方を下に貼り付けるまでウィンドウを閉じないでください。',
    groups: '「User Groups」タブで、サインインするすべてのユーザー（ご自身を含む）を割り当てます。',
  },
  domains: {
    intro:
      'ユーザーは会社のメールアドレスで識別されるため、そのドメインが会社のものである必要があります。サブドメインは別のドメインとして扱われます。',
    introReplace:
      'これらのドメインのいずれかに新しいレコードを公開してください。以前の証明のレコードは使用できません。',
    none: 'このリンクで証明できるドメインはありません。サポートにお問い合わせください。',
    label: 'ドメイン',
    add: 'ドメインを追加',
    proven: (domain) => `${domain} は証明済みです。`,
    publish: (domain) => `${domain} の DNS プロバイダーで、次の TXT レコードを追加します:`,
    name: '名前',
    type: '種類',
    value: '値',
    stays: '値は変わりません。DNS に表示されるまで数分から数時間かかることがあります。',
    check: '今すぐ確認',
    forget: 'このドメインを削除',
    answers: {
      no_record: 'DNS にレコードがまだ表示されていません。',
      other_value: (shown) => `DNS に別の値が表示されています: ${shown}。上の値に置き換えてください。`,
      no_such_domain: 'このドメインは DNS に存在しません。つづりを確認してください。',
      dns_unreachable: 'DNS から応答がありませんでした。1 分後にもう一度お試しください。',
      verified: 'DNS にレコードが表示されています。',
    },
  },
  client: {
    intro:
      'JumpCloud から両方を貼り付けてください。保存する前に JumpCloud で確認します。シークレットは暗号化して保存され、再び表示されることはありません。',
    secretIntro:
      'JumpCloud でこの Client ID のアプリケーションを開き、「SSO」タブで新しい Client Secret を作成します。古いものは使えなくなるため、すぐにここへ貼り付けてください。',
    afterProof: 'DNS に新しいレコードが表示されると、この手順に進めます。',
    id: 'Client ID',
    secret: 'Client Secret',
    save: '確認して保存',
    saved: (clientId, region) => `保存済み: Client ID ${clientId}、リージョン ${region}`,
    again: '変更するには、両方をもう一度貼り付けてください。その後、新しいテストが必要です。',
  },
  test: {
    intro:
      'JumpCloud で一度サインインしてください。ここでは誰もサインインせず、ほかのユーザーにも影響はありません。',
    start: 'テストを始める',
    afterClient: 'Client ID と Client Secret を保存すると、この手順に進めます。',
    passed: (at) => `テストは ${at} に成功しました。24 時間有効です。`,
    old: '成功したテストから 24 時間以上経過しています。もう一度テストしてください。',
    failed: (at) => `前回のテスト（${at}）は成功しませんでした:`,
    email: 'メールアドレスが届いた',
    verified: 'JumpCloud がメールアドレスを確認済み',
    domain: 'メールアドレスのドメインが証明済み',
    refresh: '「Grant type」で「Refresh Token」が選択されている',
    back: '設定に戻る',
  },
  people: {
    intro: 'すでにアカウントを持つユーザーがどうなるかを確認できます。',
    show: '接続されるユーザーを表示',
    afterProof: 'ドメインが証明されると、この手順に進めます。',
    title: '接続されるユーザー',
    groups: {
      existing: '現在のアカウントにサインインする',
      new: '新しいアカウントを受け取る',
      attention: '確認が必要（サポートにお問い合わせください）',
    },
    more: (count) => `ほか ${count} 件`,
    nobody: 'なし',
    notFound: (count) =>
      `証明済みドメインのメールアドレスを持たない会社のユーザー: ${count} 人。アカウントはそのまま残りますが、JumpCloud でそのアカウントにサインインすることはできません。`,
    back: '設定に戻る',
  },
  enable: {
    intro:
      '有効にすると、JumpCloud で割り当てたすべてのユーザーがサインインできます。ほかのサインイン方法もそのまま使えます。',
    introReplace:
      '有効にすると、新しいアプリケーションでサインインします。以前のアプリケーションは使えなくなります。',
    missing: {
      domain: '証明済みのドメインがありません。',
      client: 'Client ID と Client Secret がありません。',
      test: '過去 24 時間以内に成功したテストがありません。',
    },
    button: '有効にする',
  },
  done: {
    enabled: (company) => `${company} のシングルサインオンが有効になりました。`,
    secret: '新しい Client Secret は有効で、使用されています。',
    disabled: (company) =>
      `${company} のシングルサインオンは無効です。再び有効にするには、新しいリンクを依頼してください。`,
    preview: 'ユーザーには次のように表示されます:',
    colleagues: '社内の皆さんへの案内文',
    message: (product, url) =>
      `JumpCloud で ${product} にサインインできるようになりました。${url} を開き、「JumpCloud で続ける」を選択してください。これまで Google や GitHub でサインインしていた場合も、アカウントはそのまま使えます。`,
    disable: 'シングルサインオンを無効にする',
    disableText: 'JumpCloud でサインインした全員がサインアウトされます。アカウントと接続は残ります。',
    closed: 'このリンクは役目を終えたため、もう開くことはできません。',
  },
  errors: {
    domain_invalid: 'ドメインではありません。example.com のように、@ より後だけを入力してください。',
    domain_public_suffix:
      'この名前の下には誰でも登録できるため、会社だけのものにはなりません。会社のドメインを入力してください。',
    domain_freemail: '公開のメールサービスです。会社のドメインを入力してください。',
    domain_taken: 'このドメインはすでに使用されています。サポートにお問い合わせください。',
    challenge_not_found: 'このドメインは一覧にありません。もう一度追加してください。',
    setup_domain_limit: 'レコード待ちのドメインが多すぎます。先に一つ削除してください。',
    setup_domain_fixed: 'このリンクではドメインを追加できません。サポートにお問い合わせください。',
    client_id_invalid: 'JumpCloud に表示されたとおりに Client ID を貼り付けてください。',
    client_secret_invalid: 'Client Secret だけを 1 行で貼り付けてください。',
    client_credential_wrong:
      'JumpCloud に拒否されました。次の 2 点を確認してください。Client Secret が完全で、この Client ID のものであること。Client Authentication Type が「Client Secret Post」であること。その後、JumpCloud でもう一度「Activate」をクリックしてください。',
    client_check_failed:
      'JumpCloud に確認できませんでした。何も保存されていません。1 分後にもう一度お試しください。',
    client_region_ambiguous:
      'この Client ID は JumpCloud の複数のリージョンに存在します。サポートにお問い合わせください。',
    client_taken:
      'この Client ID はすでに使用されています。JumpCloud で専用のアプリケーションを作成してください。',
    client_same:
      'この Client ID は現在使用中のものです。新しいシークレットには別のリンクを依頼してください。',
    client_changed: 'ほかの人が変更しました。手順をもう一度確認してください。',
    setup_proof_missing: '先にドメインを証明してください。',
    setup_test_missing:
      '先にサインインをテストしてください。テストは 24 時間、保存された Client ID と Client Secret に対して有効です。',
  },
};

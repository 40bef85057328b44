import type { Messages } from './en.ts';
import { setupJa } from './setup-ja.ts';

export const ja: Messages = {
  locale: 'ja',
  signIn: {
    title: (product) => `${product} にサインイン`,
    email: '仕事用メールアドレス',
    continue: '続ける',
    continueWithJumpCloud: 'JumpCloud で続ける',
    company: (company) => `${company} は JumpCloud でサインインします。`,
    notThisCompany: (company) => `${company} ではありませんか? 別のメールアドレスを使う`,
    otherWays: 'ほかのサインイン方法',
    anotherEmail: '別のメールアドレスを使う',
    signedOut: 'サインアウトしました。',
    emailMalformed: 'メールアドレスの形式が正しくありません。確認してもう一度お試しください。',
    noCompany:
      'このメールアドレスではシングルサインオンを利用できません。アドレスを確認するか、管理者にお問い合わせください。',
    again: 'もう一度サインイン',
    signOut: 'サインアウト',
  },
  wait: {
    title: 'サインインしています',
    connecting: (company) => `${company} のアカウントに接続しています。通常は 1 秒ほどで完了します。`,
    long: 'JumpCloud へのサインインは完了しました。アカウントの接続に通常より時間がかかっています。',
    nothingLost:
      '何も失われません。このページを開いたままにすると自動的に続行します。または数分後にもう一度サインインしてください。',
    checkAgain: '再確認する',
  },
  test: {
    title: 'これはテストでした',
    intro: (company) =>
      `JumpCloud は ${company} のサインインを行いました。ここでは誰もサインインしておらず、何も変更されていません。`,
    toDo: '対応が必要:',
    email: 'メールアドレス',
    emailMissing: 'ありません。アプリケーションの属性マッピングで「Email」を有効にしてください。',
    emailOdd: (came) => `${came}。属性マッピングで「email」に 1 つのアドレスを割り当ててください。`,
    verified: '確認済みのメールアドレス',
    verifiedYes: 'JumpCloud が確認しています',
    verifiedNo: 'JumpCloud が確認していないため、このアドレスでは接続できません',
    verifiedOdd: (came) => `${came}。属性マッピングの「email_verified」を修正してください。`,
    domain: 'ドメイン',
    domainNone: 'メールアドレスがないため、ありません',
    domainYes: (domain, company) => `${domain} は ${company} のものです`,
    domainNo: (domain, company) => `${domain} が ${company} のものであることは証明されていません`,
    refresh: 'リフレッシュトークン',
    refreshYes: 'JumpCloud で削除された人は、ここでもサインアウトされます',
    refreshNo: 'ありません。アプリケーションの「Grant type」で「Refresh Token」を選択してください。',
    organization: '組織',
    organizationNone: '送信されていませんが、必要ありません',
    organizationMoved: (now, before) => `${now} (最初のサインインでは ${before})`,
    groups: 'グループ',
    groupsNone: 'なし (必要ありません)',
    logout: 'JumpCloud からのサインアウト',
    logoutNone: 'このリージョンでは提供されていません。サインアウトはここだけで行われます。',
    logoutTry:
      'サインアウトすると JumpCloud のセッションも終了します。エラーが表示された場合は、アドレスを登録してください。',
    logoutButton: 'サインアウトを試す',
    refused: (title, text) =>
      `最初の実際のサインインでは入れません。ページには次のように表示されます。「${title}。${text}」`,
    created: '最初の実際のサインインで新しいアカウントが作成されます。',
    linked: '最初の実際のサインインで、すでにお持ちのアカウントに入ります。',
    asBefore: '次の実際のサインインで、これまでと同じようにアカウントに入ります。',
  },
  setup: setupJa,
  signedOut: {
    title: 'サインアウトしました',
    atJumpCloud: 'JumpCloud からもサインアウトしています…',
  },
  sessions: {
    title: 'サインインしている端末',
    thisOne: 'このブラウザ',
    unknownDevice: '不明なブラウザ',
    started: (ago) => `サインイン：${ago}`,
    lastUsed: (ago) => `最終使用：${ago}`,
    end: 'その端末からサインアウト',
    endOthers: 'ほかのすべての端末からサインアウト',
    noOthers: 'ほかの端末ではサインインしていません。',
    ended: 'その端末からサインアウトしました。',
    back: (product) => `${product} に戻る`,
  },
  footer: {
    reference: (reference) => `参照番号: ${reference}`,
    copy: 'コピー',
    copied: 'コピーしました',
    support: 'サポートに問い合わせる',
    terms: '利用規約',
    privacy: 'プライバシー',
  },
  problems: {
    attempt_missing: {
      title: 'もう一度やり直してください',
      text: 'このサインインは別のブラウザーで始められたか、時間がかかりすぎました。ここからやり直してください。',
    },
    cookie_missing: {
      title: 'もう一度やり直してください',
      text: 'このブラウザーにはサインインの Cookie がありません。このサイトの Cookie を許可するか、始めたときのブラウザーでやり直してください。',
    },
    request_malformed: {
      title: 'もう一度やり直してください',
      text: 'このページのアドレスが不完全です。ここからサインインをやり直してください。',
    },
    iss_mismatch: {
      title: 'もう一度やり直してください',
      text: 'JumpCloud の応答がこのサインインのものではありませんでした。ここからやり直してください。',
    },
    provider_error_unknown: {
      title: 'もう一度やり直してください',
      text: 'JumpCloud はこのサインインを続行できませんでした。ここからやり直してください。',
    },
    provider_step_repeated: {
      title: 'もう一度やり直してください',
      text: 'ブラウザーの「戻る」などにより、JumpCloud での手順が 2 回行われました。ここからやり直してください。それでも拒否される場合は、このアプリケーションの割り当てを管理者に依頼してください。',
    },
    grant_rejected: {
      title: 'もう一度やり直してください',
      text: 'JumpCloud の応答はすでに使用されたか、時間がかかりすぎました。ここからサインインをやり直してください。',
    },
    answer_not_verified: {
      title: 'サインインは受け付けられませんでした',
      text: 'JumpCloud の応答を検証できませんでした。やり直しても続く場合は、管理者にお知らせください。',
    },
    access_denied: {
      title: 'JumpCloud がアクセスを拒否しました',
      text: 'JumpCloud でこのアプリケーションを割り当てるよう管理者に依頼し、もう一度お試しください。',
    },
    cross_site: {
      title: 'サインインしたままです',
      text: '別のサイトがサインアウトを要求しました。サインアウトする場合は、製品の画面で行ってください。',
    },
    test_link_expired: {
      title: 'このテストリンクは無効です',
      text: 'テストリンクの有効期間は 1 時間で、接続が変更されると無効になります。送信者に新しいリンクを依頼してください。',
    },
    sso_not_active: {
      title: 'シングルサインオンは利用できません',
      text: 'この会社ではシングルサインオンが有効になっていません。管理者にお問い合わせください。',
    },
    not_found: {
      title: 'ページが見つかりません',
      text: 'アドレスを確認するか、ここからサインインしてください。',
    },
    rate_limited: {
      title: 'サインインが集中しています',
      text: '1 分ほど待ってからもう一度お試しください。',
    },
    provider_failed: {
      title: 'JumpCloud に問題が発生しています',
      text: 'JumpCloud はサインインを完了できませんでした。数分後にもう一度お試しください。',
    },
    provider_answer_invalid: {
      title: 'JumpCloud に問題が発生しています',
      text: 'JumpCloud の応答を利用できませんでした。数分後にもう一度お試しください。',
    },
    needs_attention: {
      title: 'シングルサインオンの確認が必要です',
      text: 'この製品と JumpCloud の接続設定が古くなっています。管理者にお知らせください。',
    },
    provider_unreachable: {
      title: 'JumpCloud に接続できません',
      text: '数分後にもう一度お試しください。アカウントに変更はありません。',
    },
    provider_timeout: {
      title: 'JumpCloud の応答に時間がかかっています',
      text: '数分後にもう一度お試しください。アカウントに変更はありません。',
    },
    setup_session_missing: {
      title: '設定用リンクをもう一度開いてください',
      text: 'このブラウザーで設定が開かれていないか、開いてから 8 時間以上経過しています。受け取ったリンクをもう一度開いてください。これまでの内容は保存されています。',
    },
    setup_link_unknown: {
      title: 'この設定用リンクは無効です',
      text: 'アドレス全体が開かれているか確認するか、新しいリンクを依頼してください。',
    },
    setup_link_expired: {
      title: 'この設定用リンクは期限切れです',
      text: 'これまでの内容は保存されています。新しいリンクを依頼し、そこから続けてください。',
    },
    setup_link_revoked: {
      title: 'この設定用リンクは取り消されました',
      text: '使用できなくなりました。新しいリンクを依頼してください。',
    },
    setup_link_fulfilled: {
      title: 'この設定用リンクは役目を終えました',
      text: 'シングルサインオンは設定済みで、リンクは再び使用できません。変更するには新しいリンクを依頼してください。',
    },
    setup_cross_site: {
      title: 'もう一度お試しください',
      text: 'フォームがこのページから送信されていないため、何も変更されませんでした。設定をもう一度開き、このサイトの Cookie を許可してください。',
    },
    setup_rate_limited: {
      title: 'リクエストが多すぎます',
      text: '1 分待ってから設定を続けてください。内容は失われません。',
    },
    unavailable: {
      title: 'サインインは一時的に利用できません',
      text: '1 分後にもう一度お試しください。アカウントに変更はありません。',
    },
  },
  refusals: {
    sso_disabled: {
      title: 'シングルサインオンはオフになっています',
      text: 'お勤めの会社のシングルサインオンは現在有効ではありません。管理者にお問い合わせください。',
    },
    user_suspended: {
      title: 'アカウントは停止されています',
      text: '管理者に再開を依頼してください。',
    },
    email_missing: {
      title: 'JumpCloud からメールアドレスが届きませんでした',
      text: 'JumpCloud のアプリケーションの属性マッピングで「Email」を有効にするよう、管理者に依頼してください。',
    },
    email_unverified: {
      title: 'メールアドレスが確認されていません',
      text: 'JumpCloud によると、メールアドレスは未確認です。管理者に確認を依頼してから、もう一度サインインしてください。',
    },
    domain_not_owned: {
      title: 'このメールアドレスはここでは使用できません',
      text: 'メールアドレスのドメインが会社に設定されていません。管理者にお問い合わせください。',
    },
    directory_inactive: {
      title: 'アクセスが終了しました',
      text: '会社のディレクトリによると、アクセス権がなくなっています。管理者に確認してください。',
    },
    link_removed: {
      title: 'このサインインの接続は解除されました',
      text: '管理者がアカウントから JumpCloud の接続を解除しました。再度の承認を依頼してください。',
    },
    not_linked: {
      title: 'アカウントに接続できませんでした',
      text: '管理者が接続を行うことができます。',
    },
  },
};

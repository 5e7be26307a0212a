"""Swift's tempauth, with users that are S3 access keys: `key_ID = SECRET [GROUP ...]`, all of one account."""

from swift.common.middleware.tempauth import TempAuth


class KeyAuth(TempAuth):
    def __init__(self, app, conf):
        super().__init__(app, conf)
        for name, value in conf.items():
            if name.startswith("key_"):
                secret, *groups = value.split()
                self.users[name[len("key_"):]] = {
                    "key": secret,
                    "url": "$HOST/v1/AUTH_test",
                    "groups": groups,
                }


def filter_factory(global_conf, **local_conf):
    conf = {**global_conf, **local_conf}
    return lambda app: KeyAuth(app, conf)

"""Who may come in where: the portal's own map, to be read by people.

A line is an endpoint, the methods it speaks of, and who is let in; `-name` takes one out again. Everybody else is sent
to sign in, or gets 403 or 404. The objects in the addresses are those of the world in `test_matrix.py`: the firm's own
application, the reviewer's assignment, the manager's call.
"""

PEOPLE = {
    "visitor": "nobody signed in",
    "newcomer": "signed in, acts for no firm",
    "owner": "owner of the firm whose objects these are",
    "delegate": "delegate of that firm, for the open call only",
    "ex_delegate": "delegate of that firm until yesterday's revocation",
    "stranger": "owner of another firm",
    "reviewer": "reviewer of the assignment",
    "other_reviewer": "reviewer of all calls, given another application",
    "manager": "manager of all calls",
    "other_manager": "manager of another call",
    "events": "event staff",
    "auditor": "auditor of the Region",
    "admin": "administrator",
    "buyer": "a foreign buyer, whose personal link was confirmed in this browser",
}

GROUPS = {
    "everybody": tuple(PEOPLE),
    "signed": tuple(name for name in PEOPLE if name not in {"visitor", "buyer"}),
    "firms": ("owner", "delegate", "stranger"),
    "own": ("owner", "delegate"),
    "reviewers": ("reviewer", "other_reviewer"),
    "managers": ("manager", "other_manager"),
    "decide": ("manager", "admin"),
    "read": ("manager", "admin", "auditor"),
}

MATRIX = """
calls.home                       GET       everybody
calls.index                      GET       everybody
calls.show_call                  GET       everybody
calls.version                    GET       everybody
calls.as_yaml                    GET       everybody
calls.deadline                   GET       everybody
eligibility.precheck             GET POST  everybody
ranking.published                GET       everybody
ranking.published_file           GET       everybody
ranking.published_list           GET       everybody
ranking.keys                     GET       everybody
ranking.key_file                 GET       everybody
ranking.transparent              GET       everybody
ranking.beneficiaries            GET       everybody
applications.verify              GET       everybody
applications.verified            GET       everybody
companies.activities             GET       everybody
companies.municipalities         GET       everybody
hs.search                        GET       everybody
web.accessibility                GET       everybody
web.help_                        GET       everybody
web.privacy                      GET       everybody
health.alive                     GET       everybody
health.ready                     GET       everybody
health.metrics                   GET       everybody
notifications.mailbox            GET       everybody
notifications.mail               GET       everybody
notifications.mail_html          GET       everybody
notifications.mail_attachment    GET       everybody

accounts.register                GET POST  everybody
accounts.look_in_the_mail        GET       everybody
accounts.confirm                 GET POST  everybody
accounts.sign_in                 GET POST  everybody
accounts.sign_out                POST      everybody
accounts.ask_reset               GET POST  everybody
accounts.reset                   GET POST  everybody
accounts.accept_invitation       GET POST  everybody
accounts.profile                 GET POST  signed
accounts.change_password         GET POST  signed
accounts.sign_out_everywhere     POST      signed

companies.area                   GET       signed
companies.choose                 GET       signed
companies.new                    GET POST  signed
companies.overview               GET       signed
companies.act_for                POST      own
companies.identity               GET POST  owner stranger
companies.seats                  GET POST  owner stranger
companies.activity               GET POST  owner stranger
companies.figures                GET POST  owner stranger
companies.representatives        GET POST  owner stranger
companies.new_holding            GET POST  owner stranger
companies.holding                GET POST  owner
companies.remove_holding         POST      owner
companies.people                 GET       firms
companies.add_colleague          GET POST  owner stranger
companies.add_owner              GET POST  owner stranger
companies.add_delegate           GET POST  owner stranger
companies.revoke                 POST      owner
notifications.messages           GET       signed
notifications.message            GET       owner

applications.begin               GET POST  signed
applications.index               GET       firms
applications.overview            GET       own
applications.section             GET POST  own
applications.autosave            POST      own
applications.declarations        GET POST  own
applications.documents           GET       own
applications.upload              POST      own
applications.download            GET       own
applications.remove              POST      own
applications.summary             GET       own
applications.preview             GET       own
applications.freeze              POST      own
applications.unfreeze            POST      own
applications.submit              GET POST  own
applications.withdraw            GET POST  own
applications.respond             GET POST  owner
applications.letter              GET       owner
applications.receipt             GET       owner
applications.receipt_pdf         GET       owner
eligibility.own                  GET       owner
eligibility.own_act_pdf          GET       owner
ranking.own                      GET       owner
ranking.opening                  GET       owner
access.ask                       GET POST  owner
access.own                       GET       owner stranger
access.answer                    POST      stranger
access.take                      GET       owner
awards.own                       GET       owner
awards.letter                    GET       owner
awards.accept                    POST      owner
awards.waive                     POST      owner
awards.aid                       GET       firms
awards.declare                   GET POST  owner stranger
awards.correct                   GET POST  owner
firms.index                      GET       firms
firms.event                      GET       owner stranger
firms.join                       POST      owner stranger
leaving.withdraw                 GET POST  owner
firms.profile                    GET POST  owner
firms.keep                       POST      owner
firms.buyers                     GET       owner
firms.wish                       POST      owner
logos.own                        GET POST  owner
logos.own_picture                GET       owner
personal.own                     GET       owner
personal.own_pdf                 GET       owner
personal.own_calendar            GET       owner
outcomes.outcomes                GET       owner
outcomes.say                     POST      owner
missions.own_index               GET       firms
missions.own                     GET       owner
missions.own_person              GET       owner
missions.enter                   GET POST  owner
missions.reopen                  POST      owner
missions.edit                    POST      owner
missions.replace                 GET POST  owner
missions.confirm                 POST      owner
missions.waive                   POST      owner
missions.scan                    POST      owner

evaluation.index                 GET       reviewers
evaluation.case                  GET       reviewer
evaluation.attachment            GET       reviewer
evaluation.declare               POST      reviewer
evaluation.draft                 POST      reviewer
evaluation.submit                POST      reviewer
evaluation.leave                 GET       reviewer
evaluation.step_down             POST      reviewer
evaluation.interests             GET       reviewers managers auditor admin
evaluation.name_interest         POST      reviewers managers auditor admin

office.desk                      GET       managers events auditor admin
office.applications              GET       managers auditor admin
office.export                    GET       managers auditor admin
office.case                      GET       read
office.attachment                GET       read
office.register                  GET       auditor admin
office.control                   GET       auditor admin
office.control_register          GET       auditor admin
office.control_applications      GET       managers auditor admin
office.control_case              GET       read
office.control_attachment        GET       read
calls_office.index               GET       managers auditor admin
calls_office.new                 GET POST  manager admin
calls_office.show_call           GET       read
calls_office.edit                GET POST  decide
calls_office.publish             POST      decide
eligibility.whole_call           GET       read
eligibility.admit_many           POST      decide
eligibility.recheck_call         POST      decide
eligibility.check_again          POST      decide
eligibility.correct              GET POST  decide
eligibility.admit                GET POST  decide
eligibility.not_admit            GET POST  decide
eligibility.reopen               GET POST  decide
eligibility.ask                  GET POST  decide
eligibility.notify               GET POST  decide
eligibility.extend               GET POST  decide
eligibility.call_off             GET POST  decide
eligibility.request_pdf          GET       read
eligibility.act_pdf              GET       read
eligibility.control_request_pdf  GET       read
eligibility.control_act_pdf      GET       read
evaluation.board                 GET       read
evaluation.share_out             POST      decide
evaluation.panel                 GET       read
evaluation.assign                POST      decide
evaluation.withdraw              POST      decide
evaluation.reopen                POST      decide
evaluation.close                 POST      decide
evaluation.control_board         GET       read
evaluation.board_file            GET       read
evaluation.control_board_file    GET       read
evaluation.scores                GET       read
evaluation.control_scores        GET       read
evaluation.scores_file           GET       read
evaluation.control_scores_file   GET       read
evaluation.seat                  GET       decide
evaluation.keep_seat             POST      decide
evaluation.meeting               GET       read
evaluation.agree                 POST      decide
evaluation.copies                GET       read
evaluation.redact                POST      decide
ranking.soundness                GET       read
ranking.control_soundness        GET       read
ranking.versions                 GET       read
ranking.draw_up                  POST      decide
ranking.version                  GET       read
ranking.version_file             GET       read
ranking.version_list             GET       read
ranking.control_versions         GET       read
ranking.control_version          GET       read
ranking.control_version_file     GET       read
ranking.control_version_list     GET       read
ranking.approve                  POST      decide
ranking.publish                  POST      decide
ranking.act_text                 GET       read
ranking.write_act                POST      decide
ranking.act_file                 GET       read
access.register                  GET       managers auditor admin
access.case                      GET       read
access.handout                   GET       read
access.notify                    POST      decide
access.add_handout               POST      decide
access.remove_handout            POST      decide
access.decide                    POST      decide
access.control_register          GET       managers auditor admin
access.control_case              GET       read
access.control_handout           GET       read
awards.index                     GET       managers auditor admin
awards.export                    GET       managers auditor admin
awards.control_index             GET       managers auditor admin
awards.control_export            GET       managers auditor admin
awards.grant_many                POST      managers admin
awards.case                      GET       read
awards.control_case              GET       read
awards.letter_of                 GET       read
awards.control_letter_of         GET       read
awards.award                     GET POST  decide
awards.codes                     GET POST  decide
awards.deny_link                 GET POST  decide
awards.end                       GET POST  decide
awards.advance                   POST      decide
awards.reserve                   GET       read
awards.control_reserve           GET       read
awards.draw                      POST      decide
awards.batches                   GET       managers auditor admin
awards.control_batches           GET       managers auditor admin
awards.make_batch                POST      managers admin
awards.batch_file                GET       read
awards.cors                      GET POST  decide
awards.control_batch_file        GET       read
missions.index                   GET       managers events auditor admin
missions.control_index           GET       managers events auditor admin
missions.board                   GET       read events
missions.control_board           GET       read events
missions.purged                  GET       read events
missions.control_purged          GET       read events
missions.new                     GET POST  events
missions.edit_mission            GET POST  events
missions.step                    POST      events
missions.person                  GET POST  events
missions.scan_of                 POST      events
missions.change                  GET POST  events
missions.decide                  POST      events
missions.listed                  GET       events
missions.draw_up                 POST      events
missions.take                    POST      events
missions.badges                  POST      events
missions.door                    GET POST  events
missions.sync                    POST      events
buyer.open                       GET       everybody
buyer.confirm                    POST      everybody
buyer.renew                      POST      everybody
buyer.renew_own                  POST      buyer
buyer.leave                      POST      buyer
buyer.home                       GET       buyer
buyer.profile                    GET POST  buyer
buyer.search_hs                  GET       buyer
buyer.event                      GET       buyer
buyer.answer                     POST      buyer
buyer.decline                    GET POST  buyer
buyer.firms                      GET       buyer
buyer.agenda                     GET       buyer
buyer.agenda_pdf                 GET       buyer
buyer.agenda_calendar            GET       buyer
buyer.outcomes                   GET       buyer
buyer.say                        POST      buyer
buyer.wish                       POST      buyer
matching_office.index            GET       managers events auditor admin
matching_office.event            GET       manager events auditor admin
matching_office.new              GET POST  managers events admin
matching_office.edit             GET POST  manager events admin
matching_office.step             POST      manager events admin
matching_office.add_firms        POST      manager events admin
matching_office.add_known        POST      manager events admin
matching_office.exclude          POST      manager events admin
matching_office.readmit          POST      manager events admin
matching_office.invite           GET POST  manager events admin
matching_office.import_buyers    GET POST  manager events admin
matching_office.sheet_template   GET       manager events admin
matching_office.participant      GET       manager events auditor admin
matching_office.decide           POST      manager events admin
logos.office                     GET       manager events auditor admin
matching_office.contact          GET POST  manager events admin
matching_office.proposals        GET       manager events auditor admin
matching_office.propose          POST      manager events admin
matching_office.require          POST      manager events admin
agenda.grid                      GET       manager events auditor admin
agenda.prices                    GET       manager events auditor admin
agenda.move                      POST      manager events admin
agenda.lock                      POST      manager events admin
agenda.call_off                  POST      manager events admin
agenda.mark                      POST      manager events admin
agenda.absent                    POST      manager events admin
agenda.solve                     POST      manager events admin
agenda.stop                      POST      manager events admin
agenda.publish                   POST      manager events admin
matching_figures.shown           GET       manager events auditor admin
matching_figures.export          GET       manager events auditor admin
matching_lists.listed            GET       manager events auditor admin
matching_lists.taken             GET       manager events auditor admin
matching_lists.pack              GET       manager events auditor admin
matching_lists.catalogue         GET       manager events auditor admin
notifications.office             GET       managers events auditor admin
notifications.office_message     GET       read
notifications.send_again         POST      decide
notifications.send_failed_again  POST      managers events admin

accounts.users                   GET       admin
accounts.user                    GET       admin
accounts.invite_user             GET POST  admin
accounts.give_role               POST      admin
accounts.take_role               POST      admin
accounts.set_flags               POST      admin
accounts.disable                 POST      admin
accounts.enable                  POST      admin
"""


def let_in() -> dict[tuple[str, str], frozenset[str]]:
    """(endpoint, method) -> who is let in."""
    table: dict[tuple[str, str], frozenset[str]] = {}
    for line in filter(None, MATRIX.splitlines()):
        endpoint, *rest = line.split()
        methods = [word for word in rest if word.isupper()]
        people: set[str] = set()
        for word in (word for word in rest if not word.isupper()):
            named = set(GROUPS.get(word.removeprefix("-"), (word.removeprefix("-"),)))
            people = people - named if word.startswith("-") else people | named
        if strangers := people - set(PEOPLE):
            msg = f"{endpoint}: who is {', '.join(strangers)}?"
            raise ValueError(msg)
        for method in methods:
            if (endpoint, method) in table:
                msg = f"{endpoint} {method} is declared twice"
                raise ValueError(msg)
            table[endpoint, method] = frozenset(people)
    return table

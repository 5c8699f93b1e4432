"""`tarkka description` on files, in a process with no database: what is printed, where, and with which exit status."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tarkka.cli.description import app

FILE = str(Path(__file__).parents[2] / "descriptions" / "s_group.toml")
SOURCE = Path(FILE).read_text()


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def other(tmp_path):
    """The reference description with two widenings and a narrowing."""
    file = tmp_path / "other.toml"
    changed = SOURCE.replace("quarters = 12", "quarters = 16").replace(
        'fields = ["phone", "message"]', 'fields = ["phone"]'
    )
    file.write_text(
        changed + '\n[[collection]]\nfrom = 2027-01-01\nlevel = "PRODUCT"\nchains = ["hotels"]\nchannels = ["store"]\n'
    )
    return file


def test_check_says_that_a_file_is_valid():
    answer = run("check", FILE)
    assert answer.exit_code == 0
    assert "is valid: 13 chains, 10 purposes, levels from 2014-05-01, 2016-09-01." in answer.stdout


def test_check_tells_every_problem_on_standard_error(tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text(SOURCE.replace("lead_days = 30", "lead_day = 30").replace('"bonus_amount", ', '"bonus_amont", '))
    answer = run("check", file)
    assert answer.exit_code == 1
    assert answer.stdout == ""
    lines = answer.stderr.splitlines()
    assert lines == [
        f"{file}: notice.lead_day: there is no such key. Did you mean 'lead_days'?",
        f"{file}: recipient.bank.fields: there is no 'bonus_amont'. Did you mean 'bonus_amount'?",
    ]


def test_check_of_no_file_is_told(tmp_path):
    answer = run("check", tmp_path / "none.toml")
    assert answer.exit_code == 1
    assert "the file cannot be read" in answer.stderr


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fi", ["S-RYHMÄN ASIAKASOMISTAJA- JA ASIAKASREKISTERI", "Et voi kieltää ostotietojen keräämistä."]),
        ("sv", ["S-GRUPPENS ÄGARKUNDS- OCH KUNDREGISTER", "Du kan inte förbjuda att köpuppgifter samlas in."]),
        (
            "en",
            ["S GROUP'S REGISTER OF CO-OP MEMBERS AND CUSTOMERS", "You cannot refuse the collection of purchase data."],
        ),
    ],
)
def test_show_prints_the_notice_in_each_language(language, words):
    answer = run("show", FILE, "--language", language)
    assert answer.exit_code == 0
    for part in [*words, "(prisma), store: PRODUCT since 2016-09-01", "12 quarters [this description's own choice]"]:
        assert part in answer.stdout
    assert "GDPR 6(1)(f), legitimate_interests" in answer.stdout


def test_diff_says_in_words_what_changes(other):
    answer = run("diff", FILE, other)
    assert answer.exit_code == 0
    assert answer.stdout.splitlines() == [
        "finer: hotels store is collected at PRODUCT instead of TOTAL from 2027-01-01",
        "longer: PRODUCT data is kept 16 quarters instead of 12",
        "narrower: text_message receives message no more",
        "This is a widening: it must be announced 30 days before it takes effect (R32).",
    ]
    back = run("diff", other, FILE).stdout
    assert "coarser: hotels store is collected at TOTAL instead of PRODUCT from 2027-01-01" in back
    assert "shorter: PRODUCT data is kept 12 quarters instead of 16" in back
    assert "wider: text_message receives message" in back


def test_diff_of_a_file_with_itself_says_that_nothing_changes():
    assert run("diff", FILE, FILE).stdout == "Nothing changes.\n"


@pytest.mark.parametrize(
    ("day", "level", "since"),
    [
        ("2014-05-01", "GROUP", "2014-05-01"),
        ("2016-08-31", "GROUP", "2014-05-01"),
        ("2016-09-01", "PRODUCT", "2016-09-01"),
    ],
)
def test_explain_answers_for_a_chain_in_json(day, level, since):
    answer = run("explain", "--chain", "prisma", "--channel", "store", "--on", day, "--format", "json", "--file", FILE)
    assert answer.exit_code == 0
    assert json.loads(answer.stdout) == {"level": level, "since": since, "version": None}


def test_explain_answers_for_a_chain_in_words():
    answer = run("explain", "--chain", "emotion", "--channel", "web", "--on", "2016-08-31", "--file", FILE)
    assert answer.stdout == "emotion web on 2016-08-31: TOTAL, since 2014-05-01, by the file\n"


@pytest.mark.parametrize(
    ("objections", "level"),
    [("none", "PRODUCT"), ("A", "TOTAL"), ("b", "GROUP"), ("A+B", "TOTAL"), ("A,B", "TOTAL"), ("AB", "TOTAL")],
)
def test_explain_answers_for_marketing_under_objections(objections, level):
    answer = run("explain", "--purpose", "marketing", "--objections", objections, "--format", "json", "--file", FILE)
    told = json.loads(answer.stdout)
    assert (told["purpose"], told["level"]) == ("marketing", level)
    assert "marketing uses PRODUCT at most" in told["reason"]


def test_explain_answers_for_a_situation():
    asked = ("explain", "--purpose", "customer_service", "--objections", "B", "--file", FILE)
    assert run(*asked).stdout.startswith("customer_service: GROUP. ")
    answer = run(*asked, "--situation", "receipt_question")
    assert answer.stdout.startswith(
        "customer_service: PRODUCT. the situation receipt_question needs PRODUCT of the one receipt"
    )
    assert (
        run(*asked, "--role", "marketer").stderr == "the description lets no marketer use data for customer_service\n"
    )


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--chain", "prizma"], 1, "Did you mean 'prisma'?"),
        (["--chain", "prisma", "--on", "2014-04-30"], 1, "holds from 2014-05-01"),
        (["--purpose", "customer_service", "--situation", "bonus_questoin"], 1, "Did you mean 'bonus_question'?"),
        (["--purpose", "bonus", "--situation", "bonus_question"], 1, "only customer_service has situations"),
        (["--chain", "prisma", "--on", "1.9.2016"], 2, "write it as"),
        (["--chain", "prisma", "--channel", "phone"], 2, "'store', 'web'"),
        (["--purpose", "gossip"], 2, "marketing"),
        (["--purpose", "marketing", "--objections", "C"], 2, "there is no objection"),
        (["--chain", "prisma", "--purpose", "marketing"], 2, "ask about one thing"),
        ([], 2, "ask about one thing"),
    ],
)
def test_explain_refuses_what_it_cannot_answer(arguments, status, words):
    answer = run("explain", "--file", FILE, *arguments)
    assert answer.exit_code == status, answer.output
    assert words in " ".join(answer.stderr.replace("│", " ").split())
    assert answer.stdout == ""


def test_file_is_explained_without_django_or_a_database(tmp_path):
    program = (
        "import sys; from tarkka.cli.description import app; "
        f"app(['explain', '--chain', 'abc', '--on', '2016-08-31', '--file', {FILE!r}], standalone_mode=False); "
        "sys.exit('django' in sys.modules)"
    )
    environment = {"TARKKA_HOME": str(tmp_path / "home"), "PATH": "/usr/bin"}
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=False)
    assert made.returncode == 0, made.stderr
    assert made.stdout == "abc store on 2016-08-31: GROUP, since 2014-05-01, by the file\n"
    assert not (tmp_path / "home").exists()

"""The command line."""


def main() -> None:
    print("quarterdeck")


if __name__ == "__main__":
    main()

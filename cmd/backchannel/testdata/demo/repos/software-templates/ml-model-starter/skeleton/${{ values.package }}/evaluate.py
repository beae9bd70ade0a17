from ${{ values.package }} import data, model

if __name__ == "__main__":
    print(f"mean error {model.error(model.load('model.json'), data.split()[1]):.3f}")

//# allFunctionsCalledOnLoad
import{h as a}from"./37TG6E67.js";import"./Z2N3SN74.js";import"./T6WXHPVF.js";import"./24APU5LN.js";import"./QR57UGQV.js";import"./KPYX2UJN.js";import"./45GWE4C6.js";export{a as default};
